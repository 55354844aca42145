package casework

import (
	"errors"

	"rivgate/store"
	"rivgate/web/shell"
)

// Bounds of what is typed at a desk, in characters.
const (
	NoteMost   = 20000
	ReasonMost = 1000
	DiaryMost  = 100
)

// TakeDesk says in the form why a desk did not change, and tells whether it knew.
func TakeDesk(f *shell.Form, err error) bool {
	var refusal *store.Refusal
	switch {
	case err == nil:
	case errors.Is(err, store.ErrConflict):
		f.General = "Ärendet har ändrats sedan sidan öppnades. Ingenting skrevs över: se hur det är nu, och gör om det som behövs."
	case errors.Is(err, store.ErrStaged):
		f.General = "Ett annat svar i ärendet är på väg att skickas. Vänta tills det har skickats, eller ångra det."
	case errors.As(err, &refusal):
		f.General = "Det gick inte: " + shell.RefusedWord(refusal.Reason) + "."
	default:
		return false
	}
	return true
}
