package casework

import (
	"errors"
	"fmt"

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
		f.General = wordCaseChanged
	case errors.Is(err, store.ErrStaged):
		f.General = wordAnswerStaged
	case errors.As(err, &refusal):
		f.General = fmt.Sprintf(wordRefused, shell.RefusedWord(refusal.Reason))
	default:
		return false
	}
	return true
}
