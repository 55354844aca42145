package casefile

import (
	"archive/zip"
	"fmt"
	"io"
	"time"
)

// Part is one more file of a package.
type Part struct {
	Path string    // as it stands in Entry.Original or File.Path
	Body io.Reader // read once, when its turn comes
}

// The files of every package.
const (
	PathPDF    = "arende.pdf"
	PathXML    = "arende.xml"
	PathSchema = "arende.xsd"
)

// WritePackage writes a ZIP with the case as PDF and XML, the schema, and the parts, which are never held whole. No
// name in it tells of a person. After an error what was written is no ZIP that opens.
func WritePackage(w io.Writer, c Case, parts func(yield func(Part, error) bool)) error {
	z := zip.NewWriter(w)
	for _, own := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{PathPDF, func(w io.Writer) error { return WritePDF(w, c) }},
		{PathXML, func(w io.Writer) error { return WriteXML(w, c) }},
		{PathSchema, func(w io.Writer) error { _, err := w.Write(Schema); return err }},
	} {
		f, err := create(z, own.path, c.Exported)
		if err == nil {
			err = own.write(f)
		}
		if err != nil {
			return fmt.Errorf("writing %s of a package: %w", own.path, err)
		}
	}
	for part, err := range parts {
		if err != nil {
			return fmt.Errorf("reading a part of a package: %w", err)
		}
		f, err := create(z, part.Path, c.Exported)
		if err == nil {
			_, err = io.Copy(f, part.Body)
		}
		if err != nil {
			return fmt.Errorf("writing %s of a package: %w", part.Path, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("ending a package: %w", err)
	}
	return nil
}

func create(z *zip.Writer, path string, at time.Time) (io.Writer, error) {
	return z.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate, Modified: at.Truncate(time.Second)})
}
