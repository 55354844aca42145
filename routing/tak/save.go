package tak

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"rivgate/routing"
)

// SaveCache writes the saved copy to a file. At any moment, after a crash too, the file is either the old copy or the
// whole new one: the copy is written to a temporary file in the same folder, synced and renamed, and the folder is
// synced.
func SaveCache(path string, c routing.Catalogue) error {
	return saveFile(path, func(w io.Writer) error { return WriteCache(w, c) })
}

func saveFile(path string, write func(io.Writer) error) error {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, ".catalogue-*")
	if err != nil {
		return unsaved(err)
	}
	err = write(file)
	if err == nil {
		err = unsaved(file.Sync())
	}
	err = errors.Join(err, unsaved(file.Close()))
	if err == nil {
		err = unsaved(os.Rename(file.Name(), path))
	}
	if err != nil {
		return errors.Join(err, unsaved(os.Remove(file.Name())))
	}
	return syncFolder(folder)
}

// syncFolder makes a rename durable: without it the old file could be back after a crash.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return unsaved(err)
	}
	return errors.Join(unsaved(folder.Sync()), unsaved(folder.Close()))
}

func unsaved(err error) error {
	if err == nil {
		return nil
	}
	return &Unreadable{Doing: why("saving-copy"), Why: whyFile(err), Cause: err}
}
