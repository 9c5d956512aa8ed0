package trinosql

import "strings"

// jsonPathCall reads JSON_EXISTS, JSON_VALUE or JSON_QUERY.
func (p *parser) jsonPathCall(at position) node {
	j := &jsonCall{position: at, name: p.tok.lower()}
	p.next()
	p.op("(")
	j.input = p.expr()
	p.formatJSON()
	p.op(",")
	if p.tok.kind != tokString {
		p.unexpected("a JSON path as a string")
	}
	j.path = p.tok.text
	p.next()
	if p.tryWord("passing") {
		for {
			x := p.expr()
			p.formatJSON()
			p.word("as")
			n, _ := p.name("a variable's name")
			j.passing = append(j.passing, jsonPassing{x, n})
			if !p.tryOp(",") {
				break
			}
		}
	}
	if p.tryWord("returning") {
		t := p.typeName()
		j.returning = &t
		p.formatJSON()
	}
	if j.name == "json_query" {
		p.jsonQueryOptions(j)
	}
	p.jsonOns(j)
	p.op(")")
	return j
}

// formatJSON reads FORMAT JSON, with an encoding.
func (p *parser) formatJSON() bool {
	if !p.tryWords("format", "json") {
		return false
	}
	if p.tryWord("encoding") {
		if !p.tok.is("utf8") {
			p.fail(p.tok, CodeNotSupported, "only the encoding UTF8 of JSON is supported")
		}
		p.next()
	}
	return true
}

func (p *parser) jsonQueryOptions(j *jsonCall) {
	switch {
	case p.tryWord("without"):
		p.tryWord("array")
		p.word("wrapper")
	case p.tryWord("with"):
		j.wrapper = "unconditional"
		if p.tryWord("conditional") {
			j.wrapper = "conditional"
		} else {
			p.tryWord("unconditional")
		}
		p.tryWord("array")
		p.word("wrapper")
	}
	switch {
	case p.tryWord("keep"):
		j.quotes = "keep"
	case p.tryWord("omit"):
		j.quotes = "omit"
	default:
		return
	}
	p.word("quotes")
	if p.tryWord("on") {
		p.word("scalar")
		p.tryWord("string")
	}
}

// jsonOns reads what is done ON EMPTY and ON ERROR.
func (p *parser) jsonOns(j *jsonCall) {
	for !p.tok.isOp(")") {
		on := jsonOn{}
		switch {
		case p.tryWords("empty", "array"):
			on.kind = "empty array"
		case p.tryWords("empty", "object"):
			on.kind = "empty object"
		case p.tryWord("default"):
			on.kind = "default"
			on.value = p.expr()
		case p.tok.kind == tokIdent && strings.Contains(" error null true false unknown ", " "+p.tok.lower()+" "):
			on.kind = p.tok.lower()
			p.next()
		default:
			p.unexpected("what to do ON EMPTY or ON ERROR")
		}
		p.word("on")
		switch {
		case p.tok.is("empty") && j.name != "json_exists" && j.onEmpty.kind == "" && j.onError.kind == "":
			p.next()
			j.onEmpty = on
		case p.tok.is("error") && j.onError.kind == "":
			p.next()
			j.onError = on
		default:
			p.unexpected("ERROR")
		}
	}
}

func (p *parser) jsonObject(at position) node {
	j := &jsonCall{position: at, name: "json_object"}
	p.next()
	p.op("(")
	for !p.jsonEnd() {
		withWord := p.tok.is("key") && !p.peek(0).isOp(":") && !p.peek(0).is("value")
		if withWord {
			p.next()
		}
		key := p.value()
		if withWord {
			p.word("value")
		} else if !p.tryWord("value") {
			p.op(":")
		}
		x := p.expr()
		j.keys = append(j.keys, key)
		j.values = append(j.values, jsonItem{x, p.formatJSON()})
		if !p.tryOp(",") {
			break
		}
	}
	p.jsonNulls(j)
	if p.tryWord("with") {
		p.word("unique")
		p.tryWord("keys")
		j.unique = true
	} else if p.tryWord("without") {
		p.word("unique")
		p.tryWord("keys")
	}
	p.jsonReturning(j)
	return j
}

func (p *parser) jsonArray(at position) node {
	j := &jsonCall{position: at, name: "json_array", absent: true}
	p.next()
	p.op("(")
	for !p.jsonEnd() {
		x := p.expr()
		j.values = append(j.values, jsonItem{x, p.formatJSON()})
		if !p.tryOp(",") {
			break
		}
	}
	p.jsonNulls(j)
	p.jsonReturning(j)
	return j
}

// jsonEnd says whether the items are over.
func (p *parser) jsonEnd() bool {
	return p.tok.isOp(")") || p.tok.is("returning") || p.tok.is("absent") || p.tok.is("null") && p.peek(0).is("on")
}

func (p *parser) jsonNulls(j *jsonCall) {
	if p.tryWords("null", "on", "null") {
		j.absent, j.explicit = false, true
	} else if p.tryWords("absent", "on", "null") {
		j.absent, j.explicit = true, true
	}
}

func (p *parser) jsonReturning(j *jsonCall) {
	if p.tryWord("returning") {
		t := p.typeName()
		j.returning = &t
		p.formatJSON()
	}
	p.op(")")
}
