package web

// menuEntry is one entry of the menu.
type menuEntry struct {
	Name, Address string
	Nav           string // what a page of this entry gives to Site.page
	needs         Action // any of them, somewhere; what may not be done is not shown
}

// menu is the whole menu, in its order. A page that is to be found there adds its line.
func menu() []menuEntry {
	return []menuEntry{
		{"Start", "/", "start", SignedIn},
		{"Inkorg", "/inbox", "inbox", SeeCase},
		{"Standardsvar", "/phrases", "phrases", Administer | WriteCase},
		{"Användare", "/users", "users", Administer},
		{"Skicka ärende", "/submit", "submit", BeCitizen},
		{"Statistik", "/statistics", "statistics", SeeStatistics},
		{"Övervakning", "/monitor", "monitor", SeeDeliveries},
		{"Fellista", "/faults", "faults", SeeDeliveries},
		{"Adresskatalog", "/catalogue", "catalogue", SeeCatalogue},
		{"Loggkontroll", "/review", "review", ReviewLog},
	}
}

// menuOf is the menu as somebody sees it on a page.
func menuOf(who access, p page) []menuEntry {
	var out []menuEntry
	for _, e := range menu() {
		if e.needs == BeCitizen && !p.Portal || e.needs != BeCitizen && !who.somewhere(e.needs) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// actionNames are the actions by the names that templates and the access log use.
func actionNames() map[string]Action {
	return map[string]Action{
		"see_case": SeeCase, "read_case": ReadCase, "assign_case": AssignCase, "write_case": WriteCase, "export_case": ExportCase,
		"see_statistics": SeeStatistics, "administer": Administer, "review_log": ReviewLog, "see_catalogue": SeeCatalogue,
		"keep_catalogue": KeepCatalogue, "explain": Explain, "see_deliveries": SeeDeliveries, "move_deliveries": MoveDeliveries, "resend": Resend,
		"see_exchange": SeeExchange, "see_orders": SeeOrders, "be_citizen": BeCitizen, "signed_in": SignedIn,
	}
}

func actionNamed(name string) Action { return actionNames()[name] }
