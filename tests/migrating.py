"""`python -m tests.migrating`: migrates an empty database as `manage.py migrate` does, in half the time.

Django makes a model's class anew, and those of the models that it is related to, after each operation on it: that is
nine tenths of the time. An index, a constraint or a trigger changes no class: here it is noted at what is there.
That both ways lead to the same database, tests/releases says.
"""

import os
from typing import Any
from weakref import WeakKeyDictionary

from django.db.migrations.state import ModelState, ProjectState

BESIDE_THE_CLASS = ("indexes", "constraints", "triggers")

_made_from: WeakKeyDictionary[type, tuple[Any, ...]] = WeakKeyDictionary()


def _class_of(state: ModelState) -> tuple[Any, ...]:
    """What a model's class is made from, without what stands beside it. A field that is altered is another object."""
    options = {name: value for name, value in state.options.items() if name not in BESIDE_THE_CLASS}
    return [(name, id(field)) for name, field in state.fields.items()], state.bases, state.managers, options


def hurry() -> None:
    """From now on, in this process."""
    render, reload_model = ModelState.render, ProjectState.reload_model

    def rendered(state: ModelState, apps: Any) -> type:
        made = render(state, apps)
        _made_from[made] = _class_of(state)
        return made

    def reloaded(project: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
        if "apps" in project.__dict__ and (app_label, model_name.lower()) in project.models:
            state = project.models[app_label, model_name.lower()]
            made = project.apps.all_models[app_label].get(model_name.lower())
            if made is not None and _made_from.get(made) == _class_of(state):
                for name in BESIDE_THE_CLASS:
                    if name in state.options:
                        setattr(made._meta, name, list(state.options[name]))
                return
        reload_model(project, app_label, model_name, delay)

    ModelState.render, ProjectState.reload_model = rendered, reloaded


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    assert os.environ["DJANGO_SETTINGS_MODULE"]
    django.setup()
    hurry()
    call_command("migrate", verbosity=0)
