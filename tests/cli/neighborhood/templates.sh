# A template: what it offers, what it is made of, who names it. The nearest file of that name is meant.
mkdir -p app/templates/mail other/templates
cat >app/templates/base.html <<'X'
<title>{% block title %}{% endblock %}</title>
{% include "parts/nav.html" %}{% include 'gone.html' %}
X
mkdir app/templates/parts
printf '{%% macro link(to) %%}<a href="{{ to }}">{%% endmacro %%}\n' >app/templates/parts/nav.html
printf '{%% extends "base.html" %%}\n{%% from "parts/nav.html" import link %%}\n' >app/templates/mail/index.html
printf '{%% extends "base.html" %%}\n' >other/templates/index.html
printf 'base\n' >other/templates/base.html
cat >app/views.py <<'X'
def index():
    return render("mail/index.html", base="base.html", other="mail-index.html")
X
for file in base.html parts/nav.html mail/index.html; do cq nb app/templates/$file; echo; done
cq nb other/templates/base.html --slice importers
