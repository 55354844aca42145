package statistics

// free tells whether a hidden cell could be another number than it is, for all that is shown: whether the numbers that
// are hidden can be changed by one each, some up and some down, so that this one changes, every sum stays right, and
// none leaves its bounds.
//
// Rows and columns are places, and each hidden cell is a way between its row and its column: from the row where it can
// rise, to the row where it can fall; for sums the other way round. A change that keeps every sum right goes round: so
// the cell is free if from where its way leads there is another one back.
func (h *hiding) free(i, j int) bool {
	up, down := h.ways(i, j)
	return up && h.back(i, j, len(h.RowSums)+1+j, i) || down && h.back(i, j, i, len(h.RowSums)+1+j)
}

// ways tells in which directions the way of a cell can be gone: from row to column, and from column to row.
func (h *hiding) ways(i, j int) (there, back bool) {
	c := *h.at(i, j)
	if (i == len(h.RowSums)) != (j == len(h.ColSums)) {
		return h.falls(c), h.rises(c)
	}
	return h.rises(c), h.falls(c)
}

// back tells whether a way leads from one place to another that is not the cell's own. Places are the rows, the row of
// sums, the columns and the column of sums.
func (h *hiding) back(i, j, from, to int) bool {
	rows, cols := len(h.RowSums)+1, len(h.ColSums)+1
	seen := make([]bool, rows+cols)
	seen[from] = true
	for queue := []int{from}; len(queue) > 0; {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if at == to {
			return true
		}
		if at < rows {
			for k := range cols {
				if there, _ := h.ways(at, k); there && !seen[rows+k] && (at != i || k != j) {
					seen[rows+k] = true
					queue = append(queue, rows+k)
				}
			}
			continue
		}
		for k := range rows {
			if _, back := h.ways(k, at-rows); back && !seen[k] && (k != i || at-rows != j) {
				seen[k] = true
				queue = append(queue, k)
			}
		}
	}
	return false
}
