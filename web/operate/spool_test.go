package operate

import (
	"os"
	"path/filepath"
	"testing"
)

// A gateway that cannot write large messages down while it reads them is not ready.
func TestTheFolderOfLargeMessagesIsTried(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "spool")
	if err := spoolable(folder); err == nil {
		t.Error("a folder that is not there is taken")
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := spoolable(folder); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
}
