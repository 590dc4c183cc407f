# Calls in templates: a function that is the only one of its name is likely, methods are name_only;
# names of views in strings are hazards.
mkdir templates
cat >site.py <<'X'
from markers import register


def menu(items, depth=1):
    return items


@register.filter
def shorten(text):
    return text


class Form:
    def render(self):
        return ""


def login(request):
    return menu([])
X
cat >templates/base.html <<'X'
<nav>{{ menu(items, depth=2) }}</nav>
{% if user %}{{ form.render() }}{% endif %}
{{ title|shorten }} menu(1)
<a href="{{ url_for('auth.login') }}">{# menu(2) #}</a>
<a href="{% url 'login' %}">in</a>
X
printf 'Dear {{ name|shorten }}\n' >templates/mail.txt.j2
for target in menu shorten Form.render login; do cq calls "$target"; done
