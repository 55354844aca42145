// Package desk is where a unit handles its cases: the start page, the inbox, the page of a case with its answers,
// drafts and notes, the assignment, and the package for the archive.
package desk

import (
	"embed"
	"html/template"

	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, template.FuncMap{
	"choices": newChoices, "whole": newPersonPart, "steps": newStepsPart,
}, casework.Pieces)

// Lists are the pages on which somebody finds what to do: the start page and the inbox; and the one on which a case
// begins that came by other ways.
type Lists struct{ casework.Base }

// Cases show a case to who handles it.
type Cases struct{ casework.Base }

// Work changes a case: answers, drafts, assignment, notes.
type Work struct{ Cases }

// Export gives a case out as a package or a PDF.
type Export struct{ casework.Base }
