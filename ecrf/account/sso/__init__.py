"""Single sign-on by OpenID Connect: the hospital's own login in place of a password of ours."""
