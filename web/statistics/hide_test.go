package statistics

import (
	"math/big"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// tableOf is a table of counts with its sums.
func tableOf(counts [][]int) *table {
	t := &table{By: []string{"area", "sex"}}
	if len(counts[0]) == 1 {
		t.By = t.By[:1]
	}
	t.ColSums = make([]cell, len(counts[0]))
	for j := range counts[0] {
		t.Cols = append(t.Cols, statisticsKey{Key: strconv.Itoa(j)})
	}
	for i, row := range counts {
		t.Rows, t.RowSums = append(t.Rows, statisticsKey{Key: strconv.Itoa(i)}), append(t.RowSums, cell{})
		line := make([]cell, len(row))
		for j, n := range row {
			line[j].N = n
			t.RowSums[i].N += n
			t.ColSums[j].N += n
			t.Total.N += n
		}
		t.Cells = append(t.Cells, line)
	}
	return t
}

// drawTable draws counts, many of them small and many of them 0.
func drawTable(t *rapid.T, rows, cols int) [][]int {
	counts := make([][]int, rapid.IntRange(1, rows).Draw(t, "rows"))
	width := rapid.IntRange(1, cols).Draw(t, "columns")
	n := rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 6), rapid.IntRange(0, 40))
	for i := range counts {
		counts[i] = rapid.SliceOfN(n, width, width).Draw(t, "row")
	}
	return counts
}

// TestNothingFollowsBySubtraction: of what is shown, sums and all, whoever adds and subtracts rows and columns as much
// as they like finds no hidden number.
func TestNothingFollowsBySubtraction(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tab := tableOf(drawTable(t, 6, 6))
		tab.hide(5)
		for _, e := range solvable(tab) {
			t.Errorf("%v follows from the others:\n%s", e, picture(tab))
		}
		for i := range len(tab.Rows) + 1 {
			for j := range len(tab.Cols) + 1 {
				if c := tab.at(i, j); c.Show == visible && c.N > 0 && c.N < 5 {
					t.Errorf("%d is shown:\n%s", c.N, picture(tab))
				}
			}
		}
	})
}

// solvable are the places of hidden numbers that the equations of rows and columns settle: those in whose place no
// solution of the homogeneous equations has anything but 0.
func solvable(t *table) (found [][2]int) {
	var unknown [][2]int
	at := map[[2]int]int{}
	for i := range len(t.Rows) + 1 {
		for j := range len(t.Cols) + 1 {
			if t.at(i, j).Show != visible {
				at[[2]int{i, j}] = len(unknown)
				unknown = append(unknown, [2]int{i, j})
			}
		}
	}
	// A row's numbers less its sum is 0, and so for columns.
	var equations [][]*big.Rat
	equation := func(place func(k int) [2]int, last int) {
		row := make([]*big.Rat, len(unknown))
		for k := range row {
			row[k] = new(big.Rat)
		}
		for k := range last + 1 {
			if n, ok := at[place(k)]; ok {
				row[n].SetInt64(map[bool]int64{true: -1, false: 1}[k == last])
			}
		}
		equations = append(equations, row)
	}
	for i := range len(t.Rows) + 1 {
		equation(func(k int) [2]int { return [2]int{i, k} }, len(t.Cols))
	}
	for j := range len(t.Cols) + 1 {
		equation(func(k int) [2]int { return [2]int{k, j} }, len(t.Rows))
	}
	for _, row := range reduced(equations, len(unknown)) {
		var set []int
		for k, v := range row {
			if v.Sign() != 0 {
				set = append(set, k)
			}
		}
		if len(set) == 1 {
			found = append(found, unknown[set[0]])
		}
	}
	return found
}

// reduced brings equations into reduced echelon form: an unknown is settled if and only if it stands alone in one of
// them.
func reduced(m [][]*big.Rat, unknowns int) [][]*big.Rat {
	rank := 0
	for k := range unknowns {
		pivot := slices.IndexFunc(m[rank:], func(row []*big.Rat) bool { return row[k].Sign() != 0 })
		if pivot < 0 {
			continue
		}
		m[rank], m[rank+pivot] = m[rank+pivot], m[rank]
		inverse := new(big.Rat).Inv(m[rank][k])
		for c := range m[rank] {
			m[rank][c] = new(big.Rat).Mul(m[rank][c], inverse)
		}
		for r := range m {
			if r == rank || m[r][k].Sign() == 0 {
				continue
			}
			factor := new(big.Rat).Set(m[r][k])
			for c := range m[r] {
				m[r][c] = new(big.Rat).Sub(m[r][c], new(big.Rat).Mul(factor, m[rank][c]))
			}
		}
		if rank++; rank == len(m) {
			break
		}
	}
	return m
}

func picture(t *table) (out string) {
	for i := range len(t.Rows) + 1 {
		for j := range len(t.Cols) + 1 {
			c := *t.at(i, j)
			out += strconv.Itoa(c.N) + " [" + t.Text(c) + "]\t"
		}
		out += "\n"
	}
	return out
}

// TestNothingFollowsFromBounds: whoever knows that <5 is 1 to 4 and tries every table that could be behind what is
// shown finds more than one number for each that is hidden.
func TestNothingFollowsFromBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		counts := drawTable(t, 2, 3)
		for i := range counts {
			for j := range counts[i] {
				counts[i][j] = min(counts[i][j], 9)
			}
		}
		tab := tableOf(counts)
		tab.hide(5)
		could := map[[2]int]map[int]bool{}
		tries(tab, 0, make([]int, len(tab.Rows)*len(tab.Cols)), could)
		for place, numbers := range could {
			if tab.at(place[0], place[1]).Show != visible && len(numbers) < 2 {
				t.Fatalf("%v can only be %v:\n%s", place, numbers, picture(tab))
			}
		}
	})
}

// tries goes through the tables that could be, and notes which numbers stand where.
func tries(t *table, k int, try []int, could map[[2]int]map[int]bool) {
	cols := len(t.Cols)
	if k > 0 && k%cols == 0 && !fitsShown(t.RowSums[k/cols-1], sum(try[k-cols:k])) {
		return
	}
	if k == len(try) {
		total := sum(try)
		note := map[[2]int]int{{len(t.Rows), cols}: total}
		if !fitsShown(t.Total, total) {
			return
		}
		for i := range t.Rows {
			note[[2]int{i, cols}] = sum(try[i*cols : (i+1)*cols])
		}
		for j := range t.Cols {
			n := 0
			for i := range t.Rows {
				n += try[i*cols+j]
				note[[2]int{i, j}] = try[i*cols+j]
			}
			if !fitsShown(t.ColSums[j], n) {
				return
			}
			note[[2]int{len(t.Rows), j}] = n
		}
		for place, n := range note {
			if could[place] == nil {
				could[place] = map[int]bool{}
			}
			could[place][n] = true
		}
		return
	}
	c := t.Cells[k/cols][k%cols]
	from, to := c.N, c.N
	switch c.Show {
	case small:
		from, to = 1, 4
	case withheld:
		from, to = 0, c.N+2
	}
	for n := from; n <= to; n++ {
		try[k] = n
		tries(t, k+1, try, could)
	}
}

func fitsShown(c cell, n int) bool {
	switch c.Show {
	case visible:
		return n == c.N
	case small:
		return n >= 1 && n <= 4
	}
	return n >= 0
}

func sum(numbers []int) (n int) {
	for _, one := range numbers {
		n += one
	}
	return n
}

// TestSumsAreTheSameInEveryTable: a sum of a table of two parameters is hidden if and only if it is in the table of the
// one alone.
func TestSumsAreTheSameInEveryTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		two := tableOf(drawTable(t, 6, 6))
		var counts [][]int
		for _, c := range two.RowSums {
			counts = append(counts, []int{c.N})
		}
		one := tableOf(counts)
		one.hide(5)
		two.hide(5)
		if !slices.Equal(one.RowSums, two.RowSums) || one.Total != two.Total {
			t.Errorf("by itself:\n%swith another:\n%s", picture(one), picture(two))
		}
	})
}

func TestHiding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		threshold int
		counts    [][]int
		want      string
	}{
		{"large counts are shown", 5, [][]int{{5}, {20}}, "5 20 | 25"},
		{"a small one takes the smallest other with it", 5, [][]int{{3}, {20}, {7}, {0}}, "<5 20 dold 0 | 30"},
		{"two small ones hide each other", 5, [][]int{{3}, {2}, {9}}, "<5 <5 9 | 14"},
		{"two that can only be 4 each say less", 5, [][]int{{4}, {4}}, "dold <5 | 8"},
		{"a small sum is hidden too", 5, [][]int{{3}, {0}}, "<5 0 | <5"},
		{"the threshold can be another", 10, [][]int{{9}, {30}, {40}}, "<10 dold 40 | 79"},
		{"nothing is hidden where nobody asks for it", 1, [][]int{{1}, {2}}, "1 2 | 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := tableOf(c.counts)
			tab.hide(c.threshold)
			got := ""
			for _, line := range tab.Cells {
				got += tab.Text(line[0]) + " "
			}
			if got += "| " + tab.Text(tab.Total); got != c.want {
				t.Errorf("shows %s, want %s", got, c.want)
			}
		})
	}
}
