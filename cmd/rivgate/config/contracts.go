package config

import (
	"os"
	"path/filepath"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
)

// OpenContracts opens the contracts that a configuration names.
func OpenContracts(c Config) (*contracts.Registry, error) {
	o := contracts.Options{
		Pack: inferred.Pack{}, Validation: contracts.Mode(c.Contracts.Validation),
		PerContract: map[string]contracts.PerOptions{},
	}
	for _, name := range c.Contracts.SchemaFolders {
		o.Folders = append(o.Folders, contracts.Folder{Name: filepath.Base(name), Files: os.DirFS(name)})
	}
	for name, p := range c.Contracts.PerContract {
		o.PerContract[name] = contracts.PerOptions{Validation: contracts.Mode(p.Validation), Delivery: p.Delivery}
	}
	return contracts.NewRegistry(o)
}
