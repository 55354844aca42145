package store_test

import (
	"slices"
	"testing"

	"rivgate/store"
	"rivgate/store/storetest"
)

func TestDatabaseThatForgetsIsFoundOut(t *testing.T) {
	postgres := storetest.Postgres(t)
	for _, c := range []struct {
		name, url string
		want      []string
	}{
		{"sqlite", sqlite(t), nil},
		{"postgres", postgres, nil},
		{"postgres that confirms early", postgres + "&options=-c%20synchronous_commit%3Doff", []string{
			"synchronous_commit is off: what was accepted may be lost when the machine stops",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := open(t, c.url, store.Options{}).Durability(t.Context())
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
