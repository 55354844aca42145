package tak

import (
	"path/filepath"
	"testing"

	"rivgate/store"
	"rivgate/store/catalogues"
)

// The beginning of a digest does where it is the beginning of one alone.
func TestTheBeginningOfADigestDoes(t *testing.T) {
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "rivgate.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, digest := range []string{"3f2a99", "3f2b11", "3f2b22"} {
		if err := db.HoldCatalogue(t.Context(), catalogues.Held{Digest: digest, Source: "file"}); err != nil {
			t.Fatal(err)
		}
	}
	for begin, want := range map[string]string{
		"3f2a": "3f2a99", "3f2a…": "3f2a99", "3f2b11": "3f2b11", "3f2": "3f2", "3f2b": "",
	} {
		c := AcceptCommand{Digest: begin}
		if err := c.complete(t.Context(), db); (err != nil) != (want == "") || want != "" && c.Digest != want {
			t.Errorf("%s became %s: %v", begin, c.Digest, err)
		}
	}
}
