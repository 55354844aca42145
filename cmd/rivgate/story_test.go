package main

import (
	"context"
	"net/http"
	"testing"
	"time"

	"rivgate/cmd/rivgate/story"
	"rivgate/store/storetest"
)

func TestTheStoryOnPostgreSQL(t *testing.T) {
	c := demoConfig(t.TempDir())
	c.Store.URL = storetest.Postgres(t)
	g := running(t, c)
	stage := &story.Stage{
		Portal: g.world.Portal, System: g.world.System, API: g.world.Portal.API, HTTP: http.DefaultClient,
		Patient: 20 * time.Second, Told: func(string) {},
	}
	for _, e := range stage.Play(t.Context()) {
		if e.Different != "" {
			t.Errorf("%s: %s", e.Scene, e.Different)
		}
	}
	breaches, err := g.db.Check(context.Background())
	if err != nil || len(breaches) > 0 {
		t.Errorf("%v %v", breaches, err)
	}
}
