package tak_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rivgate/routing"
	"rivgate/routing/tak"
)

// shrinking is a keeper whose source had a hundred routes and permissions.
func shrinking(t *testing.T) (*tak.Keeper, *changing) {
	t.Helper()
	source := &changing{catalogue: many(100)}
	k := &tak.Keeper{Source: source, Rules: rules(), MaxShrink: 20, CacheFile: filepath.Join(t.TempDir(), "copy.xml")}
	if _, err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k, source
}

func fewer(routes, permissions int) routing.Catalogue {
	c := many(100)
	c.Routes, c.Permissions = c.Routes[:routes], c.Permissions[:permissions]
	return c
}

func TestAnAnswerThatShrinksIsHeldBack(t *testing.T) {
	for name, c := range map[string]struct {
		answer routing.Catalogue
		held   bool
	}{
		"as many as before":          {fewer(100, 100), false},
		"just at the threshold":      {fewer(80, 80), false},
		"too few routes":             {fewer(79, 100), true},
		"too few permissions":        {fewer(100, 79), true},
		"nothing left of one of two": {fewer(100, 0), true},
		"more than before":           {many(200), false},
	} {
		t.Run(name, func(t *testing.T) {
			k, source := shrinking(t)
			before := k.Table()
			source.catalogue = c.answer
			_, err := k.Refresh(t.Context())
			var held tak.Held
			if errors.As(err, &held) != c.held {
				t.Fatalf("error %v", err)
			}
			s := k.Status()
			if (k.Table() == before) != c.held || (s.Held != nil) != c.held ||
				strings.Contains(s.LastError, "held back") != c.held {
				t.Errorf("same table %t, status %+v", k.Table() == before, s)
			}
			if !c.held {
				return
			}
			if _, ok, _ := k.Accept(t.Context(), "another"); ok {
				t.Error("another answer was accepted")
			}
			report, ok, err := k.Accept(t.Context(), held.Digest)
			if !ok || err != nil || report.Routes != len(c.answer.Routes) || k.Status().Held != nil ||
				k.Status().LastError != "" {
				t.Errorf("accepted %t, %v, %+v, status %+v", ok, err, report, k.Status())
			}
			if _, err := k.Refresh(t.Context()); err != nil {
				t.Errorf("after it was accepted: %v", err)
			}
		})
	}
}

func TestARestartIsNoConsent(t *testing.T) {
	k, source := shrinking(t)
	source.catalogue = fewer(10, 10)
	again := &tak.Keeper{Source: source, Rules: rules(), MaxShrink: 20, CacheFile: k.CacheFile}
	report, err := again.Refresh(t.Context())
	var held tak.Held
	if !errors.As(err, &held) || !report.FromCache {
		t.Errorf("error %v, report %+v", err, report)
	}
	if routes, _ := again.Table().Size(); routes != 100 {
		t.Errorf("%d routes after the restart", routes)
	}
}

func TestAPersonsWordIsHeardBetweenRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, source := shrinking(t)
		var word atomic.Bool
		k.Every = time.Hour
		k.Accepted = func(context.Context, tak.Held) (bool, error) { return word.Load(), nil }
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = k.Run(ctx) }()
		source.Lock()
		source.catalogue = fewer(10, 10)
		source.Unlock()
		time.Sleep(time.Hour + time.Minute)
		if routes, _ := k.Table().Size(); routes != 100 || k.Status().Held == nil {
			t.Fatalf("%d routes, status %+v", routes, k.Status())
		}
		word.Store(true)
		time.Sleep(3 * time.Second)
		if routes, _ := k.Table().Size(); routes != 10 || k.Status().Held != nil {
			t.Errorf("three seconds after the word: %d routes, status %+v", routes, k.Status())
		}
	})
}

// marked is a source with a mark, as the catalogue in the store.
type marked struct {
	changing
	mark atomic.Pointer[string]
}

func (m *marked) Mark(context.Context) (string, error) { return *m.mark.Load(), nil }

func TestAnotherMarkIsReadWithinSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := "1", "2"
		source := &marked{changing: changing{catalogue: many(10)}}
		source.mark.Store(&one)
		k := &tak.Keeper{Source: source, Rules: rules(), Every: time.Hour}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = k.Run(ctx) }()
		time.Sleep(10 * time.Second)
		source.Lock()
		reads := source.reads
		source.catalogue = many(20)
		source.Unlock()
		if reads > 2 {
			t.Errorf("read %d times under one mark", reads)
		}
		source.mark.Store(&two)
		time.Sleep(3 * time.Second)
		if routes, _ := k.Table().Size(); routes != 20 {
			t.Errorf("%d routes three seconds after the mark changed", routes)
		}
	})
}

func TestAFailureUnderOneMarkDoesNotDelayTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := "1", "2"
		source := &marked{changing: changing{err: errors.New("no version is in force")}}
		source.mark.Store(&one)
		k := &tak.Keeper{Source: source, Rules: rules(), Every: time.Hour, Retry: time.Hour}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go func() { _ = k.Run(ctx) }()
		time.Sleep(5 * time.Second)
		source.Lock()
		source.catalogue, source.err = many(20), nil
		source.Unlock()
		source.mark.Store(&two)
		time.Sleep(3 * time.Second)
		if k.Table() == nil {
			t.Fatal("the version that came after a failure is not read within three seconds")
		}
	})
}
