package routing_test

import (
	"fmt"
	"slices"
	"testing"

	"rivgate/routing"
)

// twoRegions are regions 01 and 02, each with a unit and a board that 1177 reaches in the inbox.
func twoRegions() routing.Catalogue {
	var c routing.Catalogue
	for _, region := range []string{"01", "02"} {
		unit, board := "SE-UNIT"+region, "SE-BOARD"+region
		c.Units = append(c.Units,
			routing.Unit{HSAID: unit, Name: "Unit " + region, Kind: routing.CareUnit, Region: region},
			routing.Unit{HSAID: board, Name: "Board " + region, Kind: routing.PatientBoard, Region: region})
		for _, receiver := range []string{unit, board} {
			c.Routes = append(c.Routes, routing.Row{
				Contract: activeSend, Receiver: receiver, Address: routing.AddressInbox, ID: "route " + receiver,
			})
			c.Permissions = append(c.Permissions, routing.Permission{
				Contract: activeSend, Sender: activeFrom, Receiver: receiver, ID: "may " + receiver,
			})
		}
	}
	return c
}

func TestUnitsThatAChangeTurnsOff(t *testing.T) {
	route := func(c *routing.Catalogue, receiver string) *routing.Row {
		return &c.Routes[slices.IndexFunc(c.Routes, func(r routing.Row) bool { return r.Receiver == receiver })]
	}
	unit := func(c *routing.Catalogue, id string) *routing.Unit {
		return &c.Units[slices.IndexFunc(c.Units, func(u routing.Unit) bool { return u.HSAID == id })]
	}
	without := func(c *routing.Catalogue, id string) {
		c.Units = slices.DeleteFunc(c.Units, func(u routing.Unit) bool { return u.HSAID == id })
	}
	const board, other = "SE-BOARD01", "SE-UNIT01"
	const today, tomorrow = "2026-06-01", "2026-06-02"
	both := func(why, day string) []string {
		return []string{board + " " + why + " " + day, other + " " + why + " " + day}
	}
	for _, c := range []struct {
		sentence string
		change   func(*routing.Catalogue)
		want     []string
		confirm  int
	}{
		{"nothing is changed", func(*routing.Catalogue) {}, nil, 0},
		{"the board's row is removed", func(c *routing.Catalogue) { without(c, board) }, both("board-removed", today), 2},
		{
			"the board goes to another region that has none",
			func(c *routing.Catalogue) { unit(c, board).Region = "03" },
			[]string{other + " board-removed " + today},
			1,
		},
		{
			"the board becomes a care unit",
			func(c *routing.Catalogue) { unit(c, board).Kind = routing.CareUnit },
			both("board-removed", today), 2,
		},
		{
			"the board gets another HSA-id and no route", func(c *routing.Catalogue) { unit(c, board).HSAID = "SE-NEW" },
			both("board-unreachable", today), 2,
		},
		{
			"its address is none", func(c *routing.Catalogue) { route(c, board).Address = "" },
			both("board-unreachable", today), 2,
		},
		{
			"nobody may call it", func(c *routing.Catalogue) {
				c.Permissions = slices.DeleteFunc(c.Permissions,
					func(p routing.Permission) bool { return p.Receiver == board })
			}, both("board-unreachable", today), 2,
		},
		{
			"its route ends today", func(c *routing.Catalogue) { route(c, board).Until = 20260601 },
			both("board-unreachable", tomorrow), 2,
		},
		{
			"its permission ends today", func(c *routing.Catalogue) {
				for i := range c.Permissions {
					if c.Permissions[i].Receiver == board {
						c.Permissions[i].Until = 20260601
					}
				}
			}, both("board-unreachable", tomorrow), 2,
		},
		{
			"its route begins tomorrow", func(c *routing.Catalogue) { route(c, board).From = 20260602 },
			both("board-unreachable", today), 2,
		},
		{
			"it goes to a system the day after its inbox ends", func(c *routing.Catalogue) {
				route(c, board).Until = 20260601
				c.Routes = append(c.Routes, routing.Row{
					Contract: activeSend, Receiver: board, Address: "https://a.example/", From: 20260602,
				})
			}, nil, 0,
		},
		{
			"a unit is removed", func(c *routing.Catalogue) { without(c, other) },
			[]string{other + " unit-removed " + today},
			0,
		},
		{
			"a unit loses its address", func(c *routing.Catalogue) { route(c, other).Address = "" },
			[]string{other + " unit-unreachable " + today},
			0,
		},
		{
			"a unit goes to a region that is active", func(c *routing.Catalogue) { unit(c, other).Region = "02" }, nil, 0,
		},
		{
			"a board is removed, and a unit of another region", func(c *routing.Catalogue) {
				without(c, board)
				without(c, "SE-UNIT02")
			}, append(both("board-removed", today), "SE-UNIT02 unit-removed "+today), 3,
		},
	} {
		after := twoRegions()
		c.change(&after)
		before := twoRegions()
		a, b := table(t, before, activeRules()), table(t, after, activeRules())
		off := routing.TurnsOff(a, b, routing.ChangeDays(before, after, 20260601), map[string]int{other: 3})
		var got []string
		for _, u := range off {
			got = append(got, u.Unit+" "+u.Why.Code+" "+u.Day.String())
			if words := u.Why.Words(routing.TurnedOffWords()); words == "" || u.Unit == other && u.Open != 3 {
				t.Errorf("%s: %q, %d open cases", c.sentence, words, u.Open)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: turns off %q, want %q", c.sentence, got, c.want)
		}
		if n := routing.MustConfirm(off); n != c.confirm {
			t.Errorf("%s: %d are to be confirmed, want %d", c.sentence, n, c.confirm)
		}
	}
}
