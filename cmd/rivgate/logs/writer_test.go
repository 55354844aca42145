package logs

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogLinesOfManyArriveWholeAndInOrder(t *testing.T) {
	var out bytes.Buffer
	w := &Writer{To: &out}
	const writers, lines = 8, 2000
	var all sync.WaitGroup
	for n := range writers {
		all.Go(func() {
			for i := range lines {
				if _, err := fmt.Fprintf(w, "%d %d %s\n", n, i, strings.Repeat("x", 50)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := w.Sync(); err != nil {
		t.Fatal(err)
	}
	next := make([]int, writers)
	for line := range strings.Lines(out.String()) {
		var n, i int
		var rest string
		if _, err := fmt.Sscanf(line, "%d %d %s\n", &n, &i, &rest); err != nil || len(rest) != 50 || i != next[n] {
			t.Fatalf("line %q, after %d of that writer: %v", line, next[n], err)
		}
		next[n]++
	}
	for n, i := range next {
		if i != lines {
			t.Errorf("writer %d: %d lines arrived", n, i)
		}
	}
}

func TestALogLineDoesNotWaitForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		w := &Writer{To: &out}
		for _, line := range []string{"one\n", "two\n"} {
			if _, err := w.Write([]byte(line)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(delay)
			synctest.Wait()
			if !strings.HasSuffix(out.String(), line) {
				t.Errorf("after %s there is %q", delay, out.String())
			}
		}
	})
}

// broken takes nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWhoFillsTheLogIsToldThatItCannotBeWritten(t *testing.T) {
	w := &Writer{To: broken{}}
	if _, err := w.Write(make([]byte, room)); err == nil {
		t.Error("no error")
	}
}

func TestLinesThatCannotBeWrittenAreCounted(t *testing.T) {
	w := &Writer{To: broken{}, due: true} // no timer of its own, so that Sync is the one that writes
	for range 3 {
		if _, err := w.Write([]byte("line\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Sync(); err == nil || w.Lost.Load() != 3 {
		t.Errorf("%d lines are lost, %v", w.Lost.Load(), err)
	}
}
