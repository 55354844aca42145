package catalogue

import (
	"cmp"
	"slices"

	"rivgate/routing"
)

// Succession is a region whose patient board has another HSA-id by later rows.
type Succession struct {
	Region string `json:"region"`
	From   string `json:"from"` // HSA-id of the board before
	To     string `json:"to"`   // and of the one after
	Name   string `json:"name,omitempty"`
	// SameWay tells whether cases of the new board go where those of the former one go: only then it can take them over.
	SameWay bool `json:"sameWay"`
	Cases   int  `json:"openCases"` // of the former board
}

// Successions are the regions whose board changes its HSA-id from one table to another, with the ways of a day, by
// region. open are the units with open cases, in upper case.
func Successions(before, after *routing.Table, r routing.Rules, day routing.Date, open map[string]int) []Succession {
	all := []Succession{}
	for _, was := range before.Units() {
		if was.Kind != routing.PatientBoard {
			continue
		}
		is, there := after.Board(was.Region)
		if !there || routing.SameHSAID(is.HSAID, was.HSAID) {
			continue
		}
		old, knewOld := before.WayOn(was.HSAID, r.SendContract, day)
		next, knowsNext := after.WayOn(is.HSAID, r.SendContract, day)
		all = append(all, Succession{
			Region: was.Region, From: was.HSAID, To: is.HSAID, Name: is.Name, Cases: open[routing.Fold(was.HSAID)],
			SameWay: knewOld && knowsNext && old.Address == next.Address && old.Via == next.Via &&
				routing.SameHSAID(old.Component, next.Component),
		})
	}
	slices.SortFunc(all, func(a, b Succession) int { return cmp.Compare(a.Region, b.Region) })
	return all
}
