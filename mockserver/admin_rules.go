package mockserver

import (
	"net/http"
	"slices"
)

func (a *adminAPI) listRules(w http.ResponseWriter, r *http.Request) {
	writeRules(w, http.StatusOK, a.server.Rules(), r.URL.Query().Get("scope"))
}

func (a *adminAPI) addRule(w http.ResponseWriter, r *http.Request) {
	var given Rule
	if err := decodeExactly(r, &given); err != nil {
		refuseAdmin(w, ruleFault{reason: err.Error()})
		return
	}
	added, faults := a.server.addRules([]Rule{given}, nil)
	if len(faults.faults) > 0 {
		for i := range faults.faults { // there is no list to point into
			faults.faults[i].at = faults.faults[i].at[2:]
		}
		refuseAdmin(w, faults.faults...)
		return
	}
	writeJSON(w, http.StatusCreated, added[0].state())
}

func (a *adminAPI) replaceRules(w http.ResponseWriter, r *http.Request) {
	var given struct {
		Rules []Rule `json:"rules"`
	}
	if err := decodeExactly(r, &given); err != nil {
		refuseAdmin(w, ruleFault{reason: err.Error()})
		return
	}
	scope := r.URL.Query().Get("scope")
	for i := range given.Rules {
		if scope != "" && given.Rules[i].Scope == "" {
			given.Rules[i].Scope = scope
		}
	}
	added, faults := a.server.addRules(given.Rules, func(r *rule) bool { return scope == "" || r.Scope == scope })
	if len(faults.faults) > 0 {
		refuseAdmin(w, faults.faults...)
		return
	}
	states := make([]RuleState, len(added))
	for i, rule := range added {
		states[i] = rule.state()
	}
	writeRules(w, http.StatusOK, states, "")
}

func (a *adminAPI) deleteRules(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]int{"deleted": a.server.DeleteRules(r.URL.Query().Get("scope"))})
}

func (a *adminAPI) getRule(w http.ResponseWriter, r *http.Request) {
	rules := a.server.Rules()
	i := slices.IndexFunc(rules, func(state RuleState) bool { return state.Name == r.PathValue("name") })
	if i < 0 {
		writeNoRule(w, r)
		return
	}
	writeJSON(w, http.StatusOK, rules[i])
}

func (a *adminAPI) deleteRule(w http.ResponseWriter, r *http.Request) {
	if !a.server.DeleteRule(r.PathValue("name")) {
		writeNoRule(w, r)
		return
	}
	writeJSON(w, http.StatusOK, map[string]int{"deleted": 1})
}

func writeNoRule(w http.ResponseWriter, r *http.Request) {
	writeDetail(w, http.StatusNotFound, "There is no rule "+r.PathValue("name"))
}

// writeRules writes the rules of a scope, or all.
func writeRules(w http.ResponseWriter, status int, rules []RuleState, scope string) {
	shown := []RuleState{}
	for _, rule := range rules {
		if scope == "" || rule.Scope == scope {
			shown = append(shown, rule)
		}
	}
	writeJSON(w, status, map[string][]RuleState{"rules": shown})
}
