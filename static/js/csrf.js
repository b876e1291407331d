/* The key of the session as it is now: a new login, here or in another tab, changes it under the page. By TLS the
   cookie has a name that no other host can set. */
export const csrfToken = () => {
  const named = Object.fromEntries(document.cookie.split("; ").map((cookie) => cookie.split("=", 2)));
  return named["__Host-csrftoken"] ?? named.csrftoken ?? "";
};
