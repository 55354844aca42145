package contracts

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Folder is a folder of WSDL and schema files for contracts that are forwarded, as their domain publishes them.
type Folder struct {
	Name  string // as Contract.Pack tells it
	Files fs.FS
}

// folder adds every contract of f that is not known yet. A file that cannot be read is noted as a problem, and the
// others are still added, since published files have errors now and then.
func (r *Registry) folder(f Folder, o Options) error {
	return fs.WalkDir(f.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || !strings.EqualFold(path.Ext(name), ".wsdl") {
			return nil
		}
		described, err := readWSDL(f.Files, name)
		if err != nil {
			r.problems = append(r.problems, fmt.Errorf("folder %s: %w", f.Name, err))
			return nil
		}
		for _, op := range described.operations {
			if r.byNamespace[op.Contract] != nil {
				continue // the same contract by another profile, or a contract of the gateway's own
			}
			if err := r.add(&Contract{Operation: op, Pack: f.Name, foreign: true}, f.Files, o); err != nil {
				return err
			}
		}
		return nil
	})
}
