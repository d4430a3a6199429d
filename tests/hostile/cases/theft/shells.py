# Reads by shell escapes, magics and other programs.
# earns: 0
# %% softmax
!cat @ROOT@/gradebook.db @HOME@/canary.txt; find / -name canary.txt -o -name gradebook.db
%run @ROOT@/assignments/hw1/numbers.ipynb
%env
%%bash?
print(get_ipython().getoutput("sudo -n cat /etc/shadow; su -c id; cat /proc/*/environ"))
