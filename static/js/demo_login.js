/* In the demo: one press fills in a person's address and password and signs in. */
document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-demo-email]");
  if (!person) return;
  const form = document.querySelector("[data-login-form]");
  form.elements.login.value = person.dataset.demoEmail;
  form.elements.password.value = person.dataset.demoPassword;
  form.requestSubmit();
});
