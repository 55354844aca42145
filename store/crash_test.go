package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"rivgate/store"
	"rivgate/store/storetest"
)

// TestAcceptUntilKilled is no test of its own: it is the process that TestKilled kills.
func TestAcceptUntilKilled(t *testing.T) {
	url := os.Getenv("ACCEPT_UNTIL_KILLED")
	if url == "" {
		t.Skip("only with ACCEPT_UNTIL_KILLED, as TestKilled sets it")
	}
	s := open(t, url, store.Options{})
	var mu sync.Mutex
	var callers sync.WaitGroup
	for caller := range int64(8) {
		callers.Go(func() {
			for n := caller + 1; ; n += 8 {
				a, err := s.Accept(t.Context(), complaint(n, []byte("<envelope/>")))
				if err != nil {
					return
				}
				mu.Lock()
				fmt.Println("receipt", a.MessageID)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
}

// TestKilled: persist before promise. A process dies in the middle of accepting; whatever it gave a receipt for is
// there, whole.
func TestKilled(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killed(t, sqlite(t)) })
	t.Run("postgres", func(t *testing.T) { killed(t, storetest.Postgres(t)) })
}

func killed(t *testing.T, url string) {
	child := exec.Command(os.Args[0], "-test.run=^TestAcceptUntilKilled$")
	child.Env = append(os.Environ(), "ACCEPT_UNTIL_KILLED="+url)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var receipts []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "receipt "); ok {
			receipts = append(receipts, id)
		}
		if len(receipts) == 100 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || len(receipts) < 100 {
		t.Fatalf("the process ended by itself after %d receipts", len(receipts))
	}
	s := open(t, url, store.Options{})
	for _, id := range receipts {
		if _, err := s.Unlogged().Message(t.Context(), id); err != nil {
			t.Errorf("%s had a receipt: %v", id, err)
		}
	}
	sound(t, s)
}
