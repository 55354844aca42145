package register

import (
	"fmt"

	"rivgate/store"
	"rivgate/web/shell"
)

// Titles of the pages.
const titleRegister = shell.RoomRegister

// Columns of the file that are read, in small letters.
const (
	headCase   = "ärende"
	headNumber = "diarienummer"
)

func head() []string {
	return []string{headCase, "enhet", "läge", "mottaget", "senast ändrat som avslutat", "id", headNumber}
}

// What a form answers when it is not filled in right.
const (
	wordPattern = "Skriv {n} på ett ställe, där löpnumret ska stå, och högst ett {year} för året. Till exempel: " +
		"SYN {year}-{n}."
	wordSeriesChanged = "Serien har ändrats av någon annan sedan sidan öppnades. Ingenting skrevs över."
	wordChooseFile    = "Välj en fil."
	wordOneFile       = "Välj en fil i taget, om högst 4 MB."
	wordProblems      = "Inget nummer är infört: rätta raderna nedan, och läs in filen igen."
)

// What was done.
const (
	wordSeriesSaved = "Serien är sparad."
	wordSeriesOn    = "Serien är sparad. Öppna ärenden utan nummer får ett inom kort."
	wordWouldDo     = "Filen går att läsa in: %d nya nummer, %d finns redan. Inget är infört än."
	wordDid         = "%d nummer är införda. %d fanns redan."
)

// fileWord is why a file cannot be read.
func fileWord(e *FileError) string {
	text := map[FileFault]string{
		FileNotText:  "Filen är inte text i UTF-8.",
		FileNoHead:   "Första raden ska ha kolumnerna ärende (eller id) och diarienummer.",
		FileNotTable: "Raden hör inte till tabellen.",
		FileNotJSON:  "Filen är inte JSON med ärenden och nummer.",
		FileTooMany:  fmt.Sprintf("Filen har fler än %d ärenden. Dela den.", store.UnnumberedMost),
		FileEmpty:    "Ingen rad i filen har ett diarienummer.",
	}[e.Fault]
	if e.Line > 0 {
		return fmt.Sprintf("Rad %d: %s", e.Line, text)
	}
	return text
}

// ProblemWord is what is wrong with a line.
func ProblemWord(p store.NumberProblem) string {
	switch p.Fault {
	case store.NumberNoCase:
		return "Ärendet finns inte i en inkorg som du får diarieföra i."
	case store.NumberMissing:
		return "Numret saknas."
	case store.NumberLong:
		return fmt.Sprintf("Numret är längre än %d tecken, eller flera rader.", store.NumberMost)
	case store.NumberPerson:
		return "Numret kan läsas som ett personnummer. Skriv det på ett annat sätt, till exempel med snedstreck."
	case store.NumberOther:
		return fmt.Sprintf("Ärendet har redan numret %s.", p.Has)
	case store.NumberTaken:
		return "Ett annat ärende på enheten har redan det numret."
	case store.NumberTwice:
		return fmt.Sprintf("Ärendet står på rad %d också.", p.Other)
	case store.NumberDouble:
		return fmt.Sprintf("Rad %d ger ett annat ärende på enheten samma nummer.", p.Other)
	}
	return string(p.Fault)
}
