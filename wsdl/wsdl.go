// Package wsdl holds the contract files, embedded: each pack is a folder of WSDL, XSD and code set files.
//
// It knows where the files are. It does not read them, and it does not know what any contract means.
package wsdl

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// The packs. Official holds a README only until Inera's files are dropped into it.
const (
	Inferred = "inferred"
	Official = "official"
	Platform = "platform"
)

// ErrUnknownPack is what Pack answers for any other name than those above.
var ErrUnknownPack = errors.New("unknown contract pack")

// files is read only; an embedded tree can stand nowhere but in a variable of the package.
//
//go:embed inferred official platform
var files embed.FS

// Pack is the folder of the pack called name: schemas/core_components, schemas/interactions/<Interaction>Interaction,
// and codes where the pack has code sets. Paths in it have forward slashes. The error is ErrUnknownPack with the name.
func Pack(name string) (fs.FS, error) {
	switch name {
	case Inferred, Official, Platform:
		return fs.Sub(files, name)
	}
	return nil, fmt.Errorf("%w %q", ErrUnknownPack, name)
}
