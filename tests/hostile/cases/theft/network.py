# Connects to the host, to its private addresses and to the world, by every family and by name.
# earns: 0
# %% softmax
import socket

socket.setdefaulttimeout(0.5)
for family, address in [
    (socket.AF_INET, ("127.0.0.1", @PORT@)),
    (socket.AF_INET, ("169.254.169.254", 80)),
    (socket.AF_INET, ("192.0.2.1", 80)),
    (socket.AF_INET6, ("::1", @PORT@)),
    (socket.AF_UNIX, "@DOOR@"),
    (socket.AF_UNIX, "\0@DOOR@"),
    (socket.AF_UNIX, "/var/run/docker.sock"),
    (socket.AF_UNIX, "/run/dbus/system_bus_socket"),
]:
    try:
        socket.socket(family).connect(address)
        print("connected to", address)
    except OSError as error:
        print(address, error)
try:
    print(socket.getaddrinfo("example.org", 80))
except OSError as error:
    print(error)
