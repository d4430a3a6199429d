"""What students could put into a notebook to run a script, or fetch something, on a page.

In each text, JS stands for a script that says that it ran, URL for an address that must not be
asked for, NUMBER for the injection's own number.
"""

MARKDOWN = [
    "<script>JS</script> m",
    "<ScRiPt src=URL></sCrIpT> m",
    "<img src=x onerror=JS> m",
    "<img src=URL> m",
    "![m](URL)",
    "![m](URL 'title')",
    '<img srcset="URL 1x" src="data:image/png;base64,AAAA"> m',
    "[m](javascript:JS)",
    "[m](JaVaScRiPt:JS)",
    "[m](java&#x09;script:JS)",
    "[m](&#106;avascript:JS)",
    "[m]: javascript:JS\n\n[m]",
    "<javascript:JS> m",
    "[m](data:text/html,<script>JS</script>)",
    "[m](vbscript:JS)",
    "<a href='javascript:JS'>m</a>",
    "<a href=' javascript:JS'>m</a>",
    "<a href='java\nscript:JS'>m</a>",
    "<svg onload=JS></svg> m",
    "<svg><script>JS</script></svg> m",
    "<svg><a xlink:href='javascript:JS'><text y=9>m</text></a></svg> m",
    "<svg><animate onbegin=JS attributeName=x dur=1s></animate></svg> m",
    "<svg><style><img src=x onerror=JS></style></svg> m",
    "<svg><foreignObject><iframe srcdoc='<script>JS</script>'></iframe></foreignObject></svg> m",
    "<svg><use href='URL#a'></use><image href=URL /></svg> m",
    "<math><mtext><script>JS</script></mtext></math> m",
    "<math href='javascript:JS'><mi>m</mi></math> m",
    "<math><maction actiontype=statusline xlink:href='javascript:JS'>x</maction></math> m",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=JS></annotation-xml></math> m",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x "
    "onerror=JS&gt;'> m",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=JS> m",
    "$\\text{<script>JS</script>}$ m",
    "$\\href{javascript:JS}{m}$ m",
    "$$\\text{<img src=x onerror=JS>}$$ m",
    "\\begin{align}\\text{<iframe srcdoc='<script>JS</script>'>}\\end{align} m",
    "<style>@import 'URL'; body { background: url(URL) }</style> m",
    "<div style='background:url(URL)'>m</div>",
    "<link rel=stylesheet href=URL><link rel=prefetch href=URL> m",
    "<meta http-equiv=refresh content='0;url=URL'> m",
    "<base href=URL><img src=/NUMBER> m",
    "<iframe src=URL></iframe><iframe srcdoc='<script>parent.JS</script>'></iframe> m",
    "<object data=URL></object><embed src=URL> m",
    "<video src=URL poster=URL autoplay></video><audio src=URL autoplay></audio> m",
    "<input autofocus onfocus=JS> m",
    "<details open ontoggle=JS>m</details>",
    "<body onload=JS> m",
    "<marquee onstart=JS>m</marquee>",
    "<form action='javascript:JS'><button autofocus>m</button></form>",
    "<button formaction='javascript:JS' form=f>m</button><form id=f></form>",
    "<div id=next><template><script>JS</script></template>m</div>",
    "</div></section></main><script>JS</script> m",
    "</pre></code><script>JS</script> m",
    "--><script>JS</script> m",
    "<noscript><p title='</noscript><img src=x onerror=JS>'> m",
    "<select><noembed></select><script x='a@b'a>y='a@b'//a@b%0a\\u0061;JS</script> m",
    "```html'><script>JS</script>\n<script>JS</script>\n```\nm",
    "```mermaid\n</pre><img src=x onerror=JS>\n```\nm",
    "| m |\n|---|\n| <img src=x onerror=JS> |",
    "# <img src=x onerror=JS> m",
    "{{ ''.__class__ }} {{ 1333 * 3 }} {% include '/etc/passwd' %} m",
]
# A display's data by its type, an error's parts, or a stream's text.
OUTPUTS: list[dict[str, str]] = [
    {"text/html": "<script>JS</script> m"},
    {"text/html": "<img src=x onerror=JS> m"},
    {"text/html": "<img src=URL> m"},
    {"text/html": "<table><tr><td onclick=JS style='background:url(URL)'>m</td></tr></table>"},
    {"text/html": "<style scoped>@import 'URL';</style><b>m</b>"},
    {"text/html": "<iframe src=URL></iframe> m"},
    {"text/html": "<scr<script>ipt>JS</scr</script>ipt> m"},
    {
        "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='JS'>"
        "<script>JS</script></svg>"
    },
    {"application/javascript": "JS"},
    {"text/markdown": "[m](javascript:JS) <img src=x onerror=JS>"},
    {"text/latex": "$m</script><script>JS</script>$"},
    {"text/vnd.mermaid": "</pre><img src=x onerror=JS>"},
    {"image/png": '" onerror="JS'},
    {"image/png": "AAAA", "width": "1 onerror=JS"},
    {"image/jpeg": '"><script>JS</script>'},
    {"application/vnd.jupyter.widget-view+json": "</script><script>JS</script>"},
    {"text/plain": "<script>JS</script> m"},
    {"stream": "<img src=x onerror=JS> m"},
    {"stream": "\x1b[31m<script>JS</script>\x1b[0m m"},
    {"stream": "\x1b]8;;javascript:JS\x07m\x1b]8;;\x07"},
    {"error": "<script>JS</script>"},
    {"error": "\x1b[0;31m</pre><img src=x onerror=JS>"},
]
NAME = "<img src=x onerror=JS>"  # of a student: a folder, so without a slash


def filled(text: str, number: int, server: str) -> str:
    """Return an injection, armed."""
    script = f"ran({number})"
    return (
        text.replace("JS", script)
        .replace("URL", f"{server}/{number}")
        .replace("NUMBER", str(number))
    )
