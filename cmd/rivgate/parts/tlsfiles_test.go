package parts

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rivgate/cmd/rivgate/config"
)

func TestFilesAreReadAgainWithinTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "value")
		put := func(content string) {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put("one")
		loads := 0
		r := &reread[string]{files: []string{file}, load: func() (string, error) {
			loads++
			content, err := os.ReadFile(file)
			if bytes.Equal(content, []byte("half")) {
				err = errors.New("half-written")
			}
			return string(content), err
		}}
		expect := func(want string) {
			t.Helper()
			if got, err := r.get(); got != want || err != nil {
				t.Errorf("it is %q %v, not %q", got, err, want)
			}
		}
		expect("one")
		time.Sleep(6 * time.Second)
		expect("one")
		if loads != 1 {
			t.Errorf("an unchanged file was read %d times", loads)
		}
		put("and two")
		time.Sleep(9 * time.Second)
		expect("and two")
		put("half")
		time.Sleep(9 * time.Second)
		expect("and two")
		put("three")
		time.Sleep(9 * time.Second)
		expect("three")
	})
}

func TestAFileThatIsWrongFromTheStartIsAnError(t *testing.T) {
	_, err := producerTLS(config.ClientTLS{Certificate: "parts.go", Key: "parts.go"})
	if err == nil || !strings.Contains(err.Error(), "producer.tls") {
		t.Errorf("the certificate: %v", err)
	}
	if _, err := ReadPool("parts.go"); err == nil || !strings.Contains(err.Error(), "no PEM certificate") {
		t.Errorf("the authorities: %v", err)
	}
	if _, err := ListenTLS(config.ListenTLS{Certificate: "parts.go", Key: "parts.go", ClientCA: "parts.go"}); err == nil {
		t.Error("the listener was made")
	}
}
