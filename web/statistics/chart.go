package statistics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// chart is one drawing: bars, or a line over time. What is hidden in the table is hidden in it.
type chart struct {
	ID      string
	Title   string
	Desc    string
	Height  int
	Bars    []bar
	Line    []string // stretches of the line, as points of a polyline
	Points  []point
	Marks   []mark // of the axis of counts
	Ends    []mark // of the axis of time
	Shorten int    // values that are not drawn
}

type bar struct {
	Name   string
	NameY  int
	Y      int
	Width  int
	Text   string
	TextX  int
	Hidden bool
}

type point struct {
	X, Y   int
	Name   string
	Text   string
	Hidden bool
}

type mark struct {
	X, Y   int
	Text   string
	Anchor string
}

// Sizes of drawings, in units of their own; the style sheet says how large these are.
const (
	chartWidth = 360
	barRow     = 38
	barMost    = 280 // width of the longest bar
	barsMost   = 24
	chartsMost = 6
	lineLeft   = 44
	lineTop    = 12
	lineHeight = 150
)

// charts draws a table: with two parameters, one drawing for each value of the one, those with most first, all to one
// scale.
func charts(t *table) []chart {
	if t.Total.N == 0 {
		return nil
	}
	rows, series := t.Rows, t.series()
	most := 1
	for _, one := range series {
		for _, c := range one.cells {
			if !c.Small {
				most = max(most, c.N)
			}
		}
	}
	by := t.By[0]
	if t.across() {
		rows, by = t.Cols, t.By[1]
	}
	var out []chart
	for i, one := range series[:min(len(series), chartsMost)] {
		c := chart{
			ID: "chart" + strconv.Itoa(i+1), Title: one.title, Desc: fmt.Sprintf(wordChart, strings.ToLower(parameterWord(by))),
		}
		if isTime(by) {
			c.line(t, rows, one.cells, most)
		} else {
			c.bars(t, rows, one.cells, most)
		}
		out = append(out, c)
	}
	return out
}

// series is what one drawing shows.
type series struct {
	title string
	cells []cell
	sum   int // of what is shown
}

// across tells whether time is the second parameter and not the first: then it is drawn from left to right all the
// same.
func (t *table) across() bool { return t.twofold() && isTime(t.By[1]) && !isTime(t.By[0]) }

func (t *table) series() []series {
	var out []series
	if !t.twofold() {
		return []series{{title: parameterWord(t.By[0]), cells: t.RowSums}}
	}
	if t.across() {
		for i, row := range t.Rows {
			out = append(out, series{title: row.Label, cells: t.Cells[i]})
		}
	} else {
		for j, col := range t.Cols {
			one := series{title: col.Label}
			for i := range t.Rows {
				one.cells = append(one.cells, t.Cells[i][j])
			}
			out = append(out, one)
		}
	}
	for i := range out {
		for _, c := range out[i].cells {
			if !c.Small {
				out[i].sum += c.N
			}
		}
	}
	slices.SortStableFunc(out, func(a, b series) int { return b.sum - a.sum })
	return out
}

// bars draws one bar for each value, in the order of the table.
func (c *chart) bars(t *table, rows []statisticsKey, cells []cell, most int) {
	for i, one := range cells {
		if !one.Small && one.N == 0 {
			continue
		}
		if len(c.Bars) == barsMost {
			c.Shorten++
			continue
		}
		top := len(c.Bars) * barRow
		b := bar{
			Name: short(rows[i].Label), NameY: top + 13, Y: top + 18, Text: t.Text(one), Hidden: one.Small, Width: 12,
		}
		if !b.Hidden {
			b.Width = max(one.N*barMost/most, 2)
		}
		b.TextX = b.Width + 6
		c.Bars = append(c.Bars, b)
	}
	c.Height = max(len(c.Bars)*barRow, barRow)
}

// line draws counts over time; where one is hidden the line is broken.
func (c *chart) line(t *table, rows []statisticsKey, cells []cell, most int) {
	var stretch []string
	end := func() {
		if len(stretch) > 1 {
			c.Line = append(c.Line, strings.Join(stretch, " "))
		}
		stretch = nil
	}
	width := chartWidth - lineLeft - 12
	for i, one := range cells {
		if rows[i].Key == "" {
			c.Shorten++
			continue
		}
		x := lineLeft
		if len(cells) > 1 {
			x += i * width / (len(cells) - 1)
		}
		p := point{X: x, Y: lineTop + lineHeight, Name: rows[i].Label, Text: t.Text(one), Hidden: one.Small}
		if p.Hidden {
			end()
		} else {
			p.Y -= one.N * lineHeight / most
			stretch = append(stretch, fmt.Sprintf("%d,%d", p.X, p.Y))
		}
		c.Points = append(c.Points, p)
	}
	end()
	for _, n := range slices.Compact([]int{0, most / 2, most}) {
		c.Marks = append(c.Marks, mark{X: lineLeft - 8, Y: lineTop + lineHeight - n*lineHeight/most, Text: strconv.Itoa(n)})
	}
	if len(c.Points) > 0 {
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		c.Ends = append(c.Ends, mark{first.X, lineTop + lineHeight + 20, first.Name, "start"})
		if last.X > first.X {
			c.Ends = append(c.Ends, mark{last.X, lineTop + lineHeight + 20, last.Name, "end"})
		}
	}
	c.Height = lineTop + lineHeight + 30
}

// short is a name that has room above its bar.
func short(name string) string {
	const most = 40
	if letters := []rune(name); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return name
}

// Width is that of every drawing.
func (chart) Width() int { return chartWidth }

// Right is where the axis of time ends.
func (chart) Right() int { return chartWidth - 12 }
