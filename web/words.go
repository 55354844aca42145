package web

// textWaiting is all that a page says before the database answers.
const textWaiting = "Databasen svarar inte än. Försök igen om en stund."
