// Package signin lets people in and out: by a password that is kept here, or at an identity provider. It knows
// accounts, and nothing of what they are for.
package signin

import (
	"context"
	"embed"
	"time"

	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, nil)

// Pages are the pages of signing in. All fields are set before the first call and never changed.
type Pages struct {
	*shell.Gate
	// Provider is where people sign in. Nil: nowhere but here.
	Provider *Provider
	// Pause waits before a password is looked at that many guesses came before, and ends early with ctx. Nil: by the
	// clock.
	Pause func(ctx context.Context, wait time.Duration) error
}
