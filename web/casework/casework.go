// Package casework is what all who work with a case share: the persons, the time line, the files and the units of a
// case as people read them, and the pieces of forms that desk, patient board, mailbox and API have in common.
//
// It has no page of its own.
package casework

import (
	"embed"

	"rivgate/web/shell"
)

// Pieces are the pieces of pages that show a case.
//
//go:embed pieces.html
var Pieces embed.FS

// Base reads cases for the rooms above.
type Base struct{ *shell.Site }
