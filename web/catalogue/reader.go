package catalogue

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"rivgate/routing/catalogue"
	"rivgate/web/shell"
)

// fileProblems are what a reader found wrong with a file, in Swedish, with the file's line. What has no code of its
// own, such as a failing disk, is told with its English words as detail.
func fileProblems(err error) []rowProblem {
	const most = 100
	problems, others := catalogue.FileProblems(err)
	var out []rowProblem
	for _, p := range problems[:min(len(problems), most)] {
		one := rowProblem{Row: rowFile}
		if p.Line > 0 {
			one.Row = fmt.Sprintf(rowFileLine, p.Line)
		}
		words := fileWords[p.Code]
		one.Text = shell.Cut(p.Words(map[string]string{p.Code: words.text}))
		one.Remedy = shell.Cut(p.Words(map[string]string{p.Code: words.remedy}))
		out = append(out, one)
	}
	for _, other := range others {
		out = append(out, rowProblem{
			Row: rowFile, Detail: shell.Cut(other.Error()), Text: wordUnread, Remedy: wordUnreadDo,
		})
	}
	if more := len(problems) - most; more > 0 {
		out = append(out, rowProblem{Row: rowMore, Text: fmt.Sprintf(wordMore, more), Remedy: wordMoreToDo})
	}
	return out
}

// reportLines are what a person should know of a file.
func reportLines(report []catalogue.Note) (out []string) {
	for _, note := range report {
		first, size := utf8.DecodeRuneInString(factWords(note.Fact, note.Rows, reportWords))
		out = append(out, string(unicode.ToUpper(first))+factWords(note.Fact, note.Rows, reportWords)[size:])
	}
	return out
}
