package tak_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
)

// changing is a source whose content the test sets. The lock is for tests in which Run reads it.
type changing struct {
	sync.Mutex
	catalogue routing.Catalogue
	err       error
	reads     int
}

func (s *changing) Read(context.Context) (routing.Catalogue, error) {
	s.Lock()
	defer s.Unlock()
	s.reads++
	return s.catalogue, s.err
}

func (s *changing) String() string { return "a changing source" }

func demo(t testing.TB) routing.Catalogue {
	t.Helper()
	c, err := tak.ReadYAML(open(t, "demo.yaml"), names())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestKeeperKeepsTheLastGoodTable(t *testing.T) {
	source := &changing{catalogue: demo(t)}
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	core, logs := observer.New(zapcore.InfoLevel)
	k := &tak.Keeper{Source: source, Rules: rules(), Now: func() time.Time { return now }, Log: zap.New(core)}
	if k.Table() != nil || k.Status().Routes != 0 || len(k.Catalogue().Routes) != 0 {
		t.Error("there is a table before anything was read")
	}
	report, err := k.Refresh(t.Context())
	if err != nil || report.Routes != 6 || report.Permissions != 4 || report.FromCache || len(report.Changes) != 14 {
		t.Fatalf("report %+v, %v", report, err)
	}
	if _, err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if said := logs.FilterMessage("catalogue in use").Len(); said != 1 {
		t.Errorf("the log says %d times that a catalogue is in use, want once, because the second one was the same", said)
	}
	good, loaded := k.Table(), now

	now = now.Add(time.Hour)
	source.err = errors.New("the source sulks")
	if _, err := k.Refresh(t.Context()); !errors.Is(err, source.err) {
		t.Errorf("error %v, want the source's", err)
	}
	source.err = nil
	source.catalogue.Routes = append(source.catalogue.Routes, routing.Row{
		Contract: send, Receiver: clinic, Address: "https://x.example/", Line: 99,
	})
	if _, err := k.Refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "line 99") {
		t.Errorf("error %v, want one with the row that contradicts", err)
	}
	s := k.Status()
	if k.Table() != good || !s.Loaded.Equal(loaded) || !strings.Contains(s.LastError, "line 99") ||
		!s.LastErrorAt.Equal(now) || s.Source != "a changing source" || s.Routes != 6 {
		t.Errorf("after failures: same table %t, status %+v", k.Table() == good, s)
	}
	if failed := logs.FilterMessageSnippet("last good one stays").All(); len(failed) != 2 ||
		failed[0].ContextMap()["age"] != time.Hour {
		t.Errorf("the log says %+v, want the age twice", failed)
	}

	source.catalogue = demo(t)
	source.catalogue.Routes[1].Address = "https://x.example/"
	report, err = k.Refresh(t.Context())
	if err != nil || len(report.Changes) != 1 || report.Changes[0].Kind != catalogue.Changed ||
		k.Status().LastError != "" || k.Table() == good {
		t.Errorf("a change: %+v, %v, status %+v", report, err, k.Status())
	}
	if len(k.Catalogue().Routes) != 6 {
		t.Error("the catalogue did not follow the table")
	}
}

func TestKeeperFallsBackToTheSavedCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tak-cache.xml")
	source := &changing{catalogue: demo(t)}
	for i := range source.catalogue.Routes {
		if source.catalogue.Routes[i].Component == system {
			source.catalogue.Routes[i].Signature = routing.SignatureBoth
		}
	}
	if _, err := (&tak.Keeper{Source: source, Rules: rules(), CacheFile: path}).Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	source.err = errors.New("the source sulks")
	k := &tak.Keeper{Source: source, Rules: rules(), CacheFile: path}
	report, err := k.Refresh(t.Context())
	if err == nil || !report.FromCache || report.Routes != 6 {
		t.Fatalf("report %+v, %v, want the saved copy and the error", report, err)
	}
	s := k.Status()
	if !s.FromCache || s.LastError == "" || s.Loaded.IsZero() || s.Permissions != 4 {
		t.Errorf("status %+v", s)
	}
	unit, known := k.Table().Unit(clinic)
	route, err := k.Table().Route(routing.Call{Receiver: "SE2010123456-SJ01", Contract: send}, time.Now())
	if !known || !unit.Attachments || err != nil || route.Component != system ||
		route.Signature != routing.SignatureBoth {
		t.Errorf("units, components and signatures are lost in the copy: %+v, %+v, %v", unit, route, err)
	}
	source.err = nil
	if _, err := k.Refresh(t.Context()); err != nil || k.Status().FromCache {
		t.Errorf("the source is back, but the status is %+v, %v", k.Status(), err)
	}
}

func TestKeeperWithoutAnyCatalogue(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	broken := sample("hsa-units.xml") // no saved copy at all
	for _, path := range []string{"", filepath.Join(t.TempDir(), "none"), broken} {
		k := &tak.Keeper{
			Source: &changing{err: errors.New("the source sulks")}, Rules: rules(), CacheFile: path, Log: zap.New(core),
		}
		if report, err := k.Refresh(t.Context()); err == nil || report.FromCache || k.Table() != nil {
			t.Errorf("copy %q: %+v, %v, table %v", path, report, err, k.Table())
		}
	}
	if unusable := logs.FilterMessageSnippet("not usable").Len(); unusable != 1 {
		t.Errorf("%d copies are called unusable, want the broken one alone", unusable)
	}
}

func TestKeeperThatCannotSaveWorksOn(t *testing.T) {
	core, logs := observer.New(zapcore.InfoLevel)
	k := &tak.Keeper{
		Source: &changing{catalogue: demo(t)}, Rules: rules(), CacheFile: filepath.Join(t.TempDir(), "none", "cache.xml"),
		Log: zap.New(core),
	}
	if _, err := k.Refresh(t.Context()); err != nil || k.Table() == nil {
		t.Errorf("refresh: %v", err)
	}
	if logs.FilterMessageSnippet("not saved").Len() != 1 {
		t.Error("the log does not say that the copy was not saved")
	}
}

func TestKeeperRuns(t *testing.T) {
	content := demo(t)
	synctest.Test(t, func(t *testing.T) {
		source := &changing{err: errors.New("the source sulks")}
		k := &tak.Keeper{Source: source, Rules: rules(), Every: 15 * time.Minute, Retry: 3 * time.Second}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- k.Run(ctx) }()
		at := func(wait time.Duration, reads int) {
			t.Helper()
			time.Sleep(wait)
			synctest.Wait()
			source.Lock()
			defer source.Unlock()
			if source.reads != reads {
				t.Errorf("%d reads, want %d", source.reads, reads)
			}
		}
		at(0, 1)
		at(3*time.Second, 2) // no table: again soon
		at(3*time.Second, 3)
		source.Lock()
		source.err, source.catalogue = nil, content
		source.Unlock()
		at(3*time.Second, 4)
		if k.Table() == nil {
			t.Error("there is no table yet")
		}
		at(14*time.Minute, 4) // a table: at leisure
		at(time.Minute, 5)
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run ends with %v", err)
		}
	})
}

func TestKeeperPausesAsDocumented(t *testing.T) {
	content := demo(t)
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			source *changing
			pause  time.Duration
		}{
			{&changing{catalogue: content}, 10 * time.Minute},
			{&changing{err: errors.New("the source sulks")}, 10 * time.Second},
		} {
			k := &tak.Keeper{Source: c.source, Rules: rules()}
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- k.Run(ctx) }()
			time.Sleep(2*c.pause - time.Nanosecond)
			synctest.Wait()
			stop()
			<-ended
			if c.source.reads != 2 {
				t.Errorf("%d reads in nearly two pauses of %s, want 2", c.source.reads, c.pause)
			}
		}
	})
}

func TestRunDoesNotRepeatTheFirstRefresh(t *testing.T) {
	content := demo(t)
	synctest.Test(t, func(t *testing.T) {
		source := &changing{catalogue: content}
		k := &tak.Keeper{Source: source, Rules: rules()}
		if _, err := k.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- k.Run(ctx) }()
		synctest.Wait()
		stop()
		<-ended
		if source.reads != 1 {
			t.Errorf("%d reads, want 1", source.reads)
		}
	})
}

// The HSA files can be read anew alone: the catalogue in use stays, and its tree is another; a file that cannot be
// read leaves the tree as it was.
func TestTheTreeIsReadAnewAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hsa.xml")
	write := func(units ...string) {
		text := `<HsaUnitsResponse xmlns="urn:riv:hsa:HsaWsResponder:3"><hsaUnits>`
		for _, unit := range units {
			text += "<hsaUnit><hsaIdentity>" + unit + "</hsaIdentity><DN>ou=" + unit + ",o=REG,c=SE</DN></hsaUnit>"
		}
		if err := os.WriteFile(file, []byte(text+"</hsaUnits></HsaUnitsResponse>"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("SE2010123456-A")
	catalogue := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(catalogue, []byte("routes:\n  - {contract: \"urn:a:1\", to: SE, address: \"http://a/\"}\n"),
		0o600); err != nil {
		t.Fatal(err)
	}
	beside := tak.Beside{HSAFiles: []string{file}}
	k := &tak.Keeper{Source: tak.File{Path: catalogue, Beside: beside}, Tree: beside.Tree}
	if err := k.RefreshTree(t.Context()); err == nil || k.Status().Tree.OK {
		t.Error("a tree without a catalogue")
	}
	if _, err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := k.Status().Tree; !s.OK || s.Before != 0 || s.Now != 1 {
		t.Errorf("after the start: %+v", s)
	}
	write("SE2010123456-A", "SE2010123456-B")
	if err := os.Remove(catalogue); err != nil { // not needed
		t.Fatal(err)
	}
	if err := k.RefreshTree(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := k.Status(); !s.Tree.OK || s.Tree.Before != 1 || s.Tree.Now != 2 || s.Routes != 1 ||
		len(k.Catalogue().Tree) != 2 {
		t.Errorf("after a reset: %+v", s)
	}
	if err := os.WriteFile(file, []byte("<broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := k.RefreshTree(t.Context()); err == nil {
		t.Error("a broken file is taken")
	}
	if s := k.Status().Tree; s.OK || s.Before != 2 || s.Now != 2 || len(k.Catalogue().Tree) != 2 {
		t.Errorf("after a broken file: %+v", s)
	}
}
