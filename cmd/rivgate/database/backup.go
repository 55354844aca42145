package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store"
)

// BackupCommand copies the database while the gateway runs.
type BackupCommand struct {
	To string `required:"" help:"A new file, or a folder: then the file is named by the time." placeholder:"FILE|DIR"`
}

// Run writes the copy and says where it is.
func (c *BackupCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		path := c.To
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = filepath.Join(path, "rivgate-"+s.Now().UTC().Format("20060102T150405Z")+".backup")
		}
		err := db.Backup(ctx, path)
		if errors.Is(err, store.ErrExists) {
			return cli.Refused("%w: a back-up never writes over anything", err)
		}
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return s.Show(map[string]any{"file": path, "bytes": info.Size()}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s, %d bytes\n", cli.Cell(path), info.Size())
			return err
		})
	})
}
