package recordings

import (
	"bytes"
	"os"
	"path/filepath"
)

// beside is files that are written next to those that they are to replace, in a folder of their own, so that all of
// them are put in their places, or none.
type beside struct {
	root, folder string
	names        []string
}

// besideName begins the name of the folder. A dot hides it from whoever reads recordings.
const besideName = ".rivgate-"

func newBeside(root string) (*beside, error) {
	folder, err := os.MkdirTemp(root, besideName)
	return &beside{root: root, folder: folder}, err
}

// write writes one file, and makes sure that it is on disk. One that is the same already is left alone.
func (b *beside) write(name string, text []byte) error {
	name = filepath.FromSlash(name)
	before, err := os.ReadFile(filepath.Join(b.root, name))
	if err == nil && bytes.Equal(before, text) {
		return nil
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(filepath.Join(b.root, name)); err == nil {
		mode = info.Mode().Perm()
	}
	to := filepath.Join(b.folder, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := writeSynced(to, text, mode); err != nil {
		return err
	}
	b.names = append(b.names, name)
	return nil
}

// commit puts all files in their places.
func (b *beside) commit() error {
	for _, name := range b.names {
		if err := os.Rename(filepath.Join(b.folder, name), filepath.Join(b.root, name)); err != nil {
			return err
		}
	}
	return nil
}

// discard takes the folder away with what is still in it.
func (b *beside) discard() { _ = os.RemoveAll(b.folder) }

// writeSynced writes a file that is on disk when it returns.
func writeSynced(name string, text []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}

// writeWhole writes a file so that its name stands for the whole of it or for what was there before.
func writeWhole(name string, text []byte) error {
	temporary := filepath.Join(filepath.Dir(name), besideName+filepath.Base(name))
	_ = os.Remove(temporary) // of who was killed
	if err := writeSynced(temporary, text, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
