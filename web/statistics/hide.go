package statistics

import (
	"slices"
)

// showing is what of a count is shown.
type showing int

const (
	visible  showing = iota
	small            // from 1 to below the threshold: shown as "<5"
	withheld         // it may be any number, 0 too
)

// cell is a count and what of it is shown.
type cell struct {
	N    int
	Show showing
}

// hide decides what of a table is shown, so that no count below the threshold is, and none that is hidden follows from
// what is shown and from the sums: neither by subtraction nor because it can only be one number between its bounds.
// Sums are hidden by themselves first, as in the table of one parameter, so that two tables with the same sums show the
// same ones. The threshold is at least 3 or, with anything below 2, nothing is hidden.
func (t *table) hide(threshold int) {
	if threshold < 2 {
		return
	}
	t.Threshold = max(threshold, 3)
	h := hiding{table: t, most: t.Threshold - 1}
	h.mark(&t.Total)
	h.mark(&t.Cases)
	if t.Total.Show != visible {
		t.Cases.Show = t.Total.Show
	}
	h.line(t.RowSums)
	if !t.twofold() {
		for i := range t.RowSums {
			t.Cells[i][0].Show = t.RowSums[i].Show
		}
		t.ColSums[0].Show = t.Total.Show
		return
	}
	h.line(t.ColSums)
	h.inner()
}

// hiding is that decision under way.
type hiding struct {
	*table
	most int // the highest count that is small
}

func (h *hiding) mark(c *cell) {
	if c.N >= 1 && c.N <= h.most {
		c.Show = small
	}
}

// rises and falls tell whether a hidden count could be one more, or one less, for all that is shown of it.
func (h *hiding) rises(c cell) bool { return c.Show == withheld || c.Show == small && c.N < h.most }

func (h *hiding) falls(c cell) bool {
	return c.Show == withheld && c.N > 0 || c.Show == small && c.N > 1
}

// line hides counts of which the total is t.Total.
func (h *hiding) line(line []cell) {
	for i := range line {
		h.mark(&line[i])
	}
	for i := 0; i < len(line); i++ {
		if line[i].Show == visible || h.loose(line, i) {
			continue
		}
		if j := smallest(line); j >= 0 {
			line[j].Show = withheld
		} else {
			line[i].Show = withheld
		}
		i = -1 // what was loose may be so no longer
	}
}

// loose tells whether a hidden count of a line could be another.
func (h *hiding) loose(line []cell, i int) bool {
	up, down := h.rises(line[i]), h.falls(line[i])
	if up && h.rises(h.Total) || down && h.falls(h.Total) {
		return true
	}
	for j, c := range line {
		if j != i && (up && h.falls(c) || down && h.rises(c)) {
			return true
		}
	}
	return false
}

// smallest is the place of the smallest count that is shown and not 0, the first of equals; -1 where there is none.
func smallest(line []cell) int {
	best := -1
	for i, c := range line {
		if c.Show == visible && c.N > 0 && (best < 0 || c.N < line[best].N) {
			best = i
		}
	}
	return best
}

// inner hides cells of a table whose sums are settled. Where only one row, or one column, has anything in it, its cells
// are the sums.
func (h *hiding) inner() {
	rows, cols := filled(h.RowSums), filled(h.ColSums)
	if len(rows) < 2 || len(cols) < 2 {
		for _, i := range rows {
			for _, j := range cols {
				if h.Cells[i][j].Show = h.ColSums[j].Show; len(cols) < 2 {
					h.Cells[i][j].Show = h.RowSums[i].Show
				}
			}
		}
		return
	}
	for _, i := range rows {
		for _, j := range cols {
			h.mark(&h.Cells[i][j])
		}
	}
	// Each round hides one more, or says less of one. With all of them withheld every one could be another, so it ends.
	for settled := false; !settled; {
		settled = true
		for _, i := range append(rows, len(h.RowSums)) {
			for _, j := range append(cols, len(h.ColSums)) {
				if h.at(i, j).Show != visible && !h.free(i, j) {
					settled = false
					h.cover(i, j, rows, cols)
				}
			}
		}
	}
}

// filled are the places in a line where something is.
func filled(line []cell) (places []int) {
	for i, c := range line {
		if c.N > 0 {
			places = append(places, i)
		}
	}
	return places
}

// cover hides one more cell for one that follows from the others: in its row or column the smallest that frees it, else
// the smallest; where all are hidden, it says less of the cell, or of a neighbour.
func (h *hiding) cover(i, j int, rows, cols []int) {
	var open []*cell
	for _, c := range h.neighbours(i, j, rows, cols) {
		if c.Show == visible && c.N > 0 {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, func(a, b *cell) int { return a.N - b.N })
	for _, c := range open {
		if c.Show = withheld; h.free(i, j) {
			return
		}
		c.Show = visible
	}
	if len(open) > 0 {
		open[0].Show = withheld
		return
	}
	if i < len(h.RowSums) && j < len(h.ColSums) && h.at(i, j).Show == small {
		h.at(i, j).Show = withheld
		return
	}
	for _, c := range h.neighbours(i, j, rows, cols) {
		if c.Show != withheld {
			c.Show = withheld
			return
		}
	}
	for _, i := range rows { // whatever is left
		for _, j := range cols {
			if c := h.at(i, j); c.Show != withheld {
				c.Show = withheld
				return
			}
		}
	}
}

// neighbours are the other cells of a cell's row and column, without sums; those of a sum's line for a sum.
func (h *hiding) neighbours(i, j int, rows, cols []int) (out []*cell) {
	if i < len(h.RowSums) {
		for _, k := range cols {
			if k != j {
				out = append(out, h.at(i, k))
			}
		}
	}
	if j < len(h.ColSums) {
		for _, k := range rows {
			if k != i {
				out = append(out, h.at(k, j))
			}
		}
	}
	return out
}

// at is a cell, or a sum: the row after the last and the column after the last are the sums'.
func (t *table) at(i, j int) *cell {
	switch {
	case i < len(t.RowSums) && j < len(t.ColSums):
		return &t.Cells[i][j]
	case i < len(t.RowSums):
		return &t.RowSums[i]
	case j < len(t.ColSums):
		return &t.ColSums[j]
	}
	return &t.Total
}
