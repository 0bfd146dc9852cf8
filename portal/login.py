"""Settings of log-in that no environment changes: allauth's, and Django's own."""

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.login.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.MinimumLengthValidator",
        "accounts.login.passwords.NotGuessed",
        "accounts.login.passwords.NotLeaked",
    )
]
LOGIN_REDIRECT_URL = "/acts/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
LOGIN_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "accounts.login.adapters.PortalAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.login.reset_tokens.ResetTokens"  # noqa: S105  # a class
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # anybody could have the portal write to anybody
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "request_login_code": "accounts.login.forms.AskForCodeForm",
    "reset_password": "accounts.login.forms.AskForResetForm",
}
# A whole office, or everybody behind one proxy, shares an address: tries are counted by account, and apart
# for browsers that are known (accounts.login.devices). A link of a letter cannot be guessed.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/5m/key",
    "send_letter": "3/5m/key",
    "letters_to_strangers": "60/5m/key",
    "invite": "30/d/key",
    "request_login_code": None,
    "reset_password": None,
    "reset_password_from_key": None,
    "signup": None,
}
MFA_ADAPTER = "accounts.login.adapters.SecondFactorAdapter"
# A passkey that asks for a fingerprint, a face or a PIN is both factors at once.
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": None}
# Accounting entered the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
