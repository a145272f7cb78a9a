using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Text;
using BillingCopilot.Agents.Tools;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>What the rules model does next.</summary>
internal abstract record RuleMove
{
    private RuleMove()
    {
    }

    public sealed record CallTool(string Id, string Tool, JsonObject Arguments) : RuleMove;

    /// <param name="Offer">What is offered after it.</param>
    public sealed record Say(string Text, string? Offer = null) : RuleMove
    {
        public string Whole => Offer is null ? Text : $"{Text}\n{Offer}";
    }
}

/// <summary>
/// Works through an intent's needs and steps with the results that the messages already hold, up to the first
/// call that is missing. It keeps no state: the same messages lead to the same move.
/// </summary>
/// <param name="part">Which of several things asked it answers; its calls have ids of their own, and what another part read it takes from there.</param>
internal sealed partial class RuleRun(Dialogue dialogue, JsonObject entities, IReadOnlyCollection<string> tools, int part = 0)
{
    /// <summary>Id of the step that proposes.</summary>
    public const string ProposalStep = "proposal";

    private readonly JsonObject _context = new() { ["entities"] = entities.DeepClone() };

    public RuleMove Next(Intent intent)
    {
        foreach (var need in intent.Needs)
        {
            if (Resolve(need) is { } move)
            {
                return move;
            }
        }

        foreach (var step in intent.Steps)
        {
            if (Applies(step) && Take(step) is { } move)
            {
                return move;
            }
        }

        var answer = RuleTemplates.Render(intent.Answer, _context);
        var offers = intent.Offer is { } o && (o.When is null || JsonPath.Read(_context, o.When) is not null) && o.Unless.All(path => JsonPath.Read(_context, path) is null);
        return new RuleMove.Say(answer, offers ? intent.Offer!.Say : null);
    }

    private string? Entity(string name) => JsonPath.Text(_context, "entities." + name);

    private bool Applies(RuleStep step) =>
        (step.When is null || JsonPath.Read(_context, step.When) is not null) && (step.Unless is null || JsonPath.Read(_context, step.Unless) is null);

    private RuleMove? Take(RuleStep step)
    {
        switch (step)
        {
            case RuleStep.Call call:
                var arguments = new JsonObject(call.With.Select(w => KeyValuePair.Create(w.Key, Argument(w.Value))).Where(w => w.Value is not null));
                return Call(call.Id, call.Tool, arguments, call.MayFail);
            case RuleStep.Pick pick:
                _context[pick.Id] = Picked(pick)?.DeepClone();
                return null;
            case RuleStep.Stop stop:
                return new RuleMove.Say(RuleTemplates.Render(stop.Say, _context));
            case RuleStep.SameAmount same:
                var (left, right) = (JsonPath.Text(_context, same.Left), JsonPath.Text(_context, same.Right));
                return left is null || right is null || left.TrimStart('-') == right.TrimStart('-') ? null : new RuleMove.Say(RuleTemplates.Render(same.Say, _context));
            default:
                throw new InvalidOperationException($"Unknown step {step.GetType().Name}.");
        }
    }

    /// <summary>Text, or the list that the words name as a whole: <c>{entities.lines}</c>.</summary>
    private JsonNode? Argument(string template) =>
        template is ['{', .. var path, '}'] && JsonPath.Read(_context, path.TrimEnd('?')) is JsonArray list ? list.DeepClone() : JsonPath.Fill(_context, template);

    private JsonObject? Picked(RuleStep.Pick pick)
    {
        var wanted = pick.Where.Select(w => (w.Key, Value: JsonPath.Fill(_context, w.Value))).Where(w => w.Value is not null).ToArray();
        var like = pick.Like is null ? null : JsonPath.Fill(_context, pick.Like);

        if (pick.Says is not null)
        {
            return Saying(JsonPath.Read(_context, pick.From) as JsonArray ?? [], JsonPath.Fill(_context, pick.Says), pick.One);
        }

        // A search puts the best first: its order counts, too.
        JsonObject[] fitting = [.. (JsonPath.Read(_context, pick.From) as JsonArray ?? []).OfType<JsonObject>()
            .Select((item, rank) => (Item: item, Score: like is null ? 0 : Excerpts.Likeness(JsonPath.Text(item, "title") ?? "", JsonPath.Text(item, "section") ?? "", JsonPath.Text(item, "quote") ?? "", like) - (0.6 * rank)))
            .OrderByDescending(p => p.Score)
            .Select(p => p.Item)
            .Where(item => wanted.All(w => Fits(item, w.Key, w.Value!)))];
        return fitting.Length == 0 || (pick.One && fitting.Length > 1) ? null : fitting[0];
    }

    private static bool Fits(JsonObject item, string field, string wanted) => wanted switch
    {
        "*" => JsonPath.Read(item, field) is not null,
        "-" => JsonPath.Read(item, field) is null,
        ['!', .. var other] => JsonPath.Text(item, field) != JsonPath.Text(item, other),
        _ => wanted.Split('|').Contains(JsonPath.Text(item, field)),
    };

    private static JsonObject? Saying(JsonArray items, string? words, bool one)
    {
        var wanted = Plain(words);
        var fitting = items.Index().Where(i => wanted.Count > 0 && wanted.IsSubsetOf(Plain(JsonPath.Text(i.Item, "description")))).ToList();
        if (fitting.Count == 0 || (one && fitting.Count > 1))
        {
            return null;
        }

        var found = fitting[0].Item!.DeepClone().AsObject();
        found["places"] = new JsonArray(fitting[0].Index + 1);
        return found;
    }

    private static HashSet<string> Plain(string? text) =>
        [.. AnyWord().Matches(text ?? "").Select(w => Stem.Of(w.Value.ToLowerInvariant()))];

    /// <summary>Makes the call, or takes its result when it was made. An error ends the run in its words, unless the step may fail.</summary>
    private RuleMove? Call(string id, string tool, JsonObject arguments, bool mayFail = false)
    {
        if (tool == "get_invoice" && arguments["invoice"] is { } invoice && JsonPath.Text(_context, "by_number.invoice") == invoice.GetValue<string>())
        {
            _context[id] = _context["by_number"]!.DeepClone();
            return null;
        }

        var callId = part == 0 ? $"rules_{dialogue.TurnKey}_{id}" : $"rules_{dialogue.TurnKey}_{part}_{id}";
        if (dialogue.TurnCalls.FirstOrDefault(c => c.CallId == callId || IsGathered(c, tool, arguments) || IsReadAlready(c, id, tool, arguments)) is { } made)
        {
            var error = JsonPath.Read(made.Result, "error");
            _context[id] = error is not null && mayFail ? null : made.Result?.DeepClone();
            return error is null || mayFail ? null : Failed(id, error);
        }

        return tools.Contains(tool) ? new RuleMove.CallTool(callId, tool, arguments)
            : tools.Contains(MoreTools.Name) && dialogue.TurnCalls.All(c => c.CallId != $"{callId}_more") ? new RuleMove.CallTool($"{callId}_more", MoreTools.Name, new JsonObject { [MoreTools.Argument] = tool })
            : id == ProposalStep ? NotMine(tool)
            : new RuleMove.Say($"For this I would need {tool.Replace('_', ' ')}, which I can't use here.");
    }

    /// <summary>A proposal that nobody asks of this turn leaves what was found worth saying.</summary>
    private RuleMove? NotMine(string tool)
    {
        _context["refused"] = $"I can't propose that: {tool.Replace('_', ' ')} is not for your role. Ask a colleague whose role may propose it.";
        return null;
    }

    /// <summary>True for a call that was made before the first request and says at least as much.</summary>
    private static bool IsGathered(ToolEvidence made, string tool, JsonObject arguments) =>
        made.CallId.StartsWith(GatherCall.IdPrefix, StringComparison.Ordinal) && made.Tool == tool && made.Arguments is JsonObject given
        && arguments.All(a => JsonNode.DeepEquals(given[a.Key], a.Value));

    /// <summary>True for what another part of the question read.</summary>
    private bool IsReadAlready(ToolEvidence made, string id, string tool, JsonObject arguments) =>
        part > 0 && id != ProposalStep && made.Tool == tool && JsonNode.DeepEquals(made.Arguments, arguments);

    /// <summary>A proposal that is refused leaves what was found worth saying; any other error ends the run.</summary>
    private RuleMove.Say? Failed(string id, JsonNode error)
    {
        if (id != ProposalStep)
        {
            return new RuleMove.Say(Excuse(error));
        }

        _context["refused"] = Excuse(error);
        return null;
    }

    private static string Excuse(JsonNode error)
    {
        var remedy = JsonPath.Text(error, "remedy");

        // A remedy that names tools or arguments is meant for models.
        var said = remedy is null || ToolWords().IsMatch(remedy) ? "" : " " + remedy;
        var request = JsonPath.Text(error, "request_id") is { } id ? $" (Stripe request {id})" : "";
        return $"I can't do that: {JsonPath.Text(error, "message")}{said}{request}";
    }

    private RuleMove? Resolve(string need) => need switch
    {
        "customer" => ResolveCustomer(),
        "invoice" => ResolveInvoice(orCustomer: false),
        "invoice_or_customer" => ResolveInvoice(orCustomer: true),
        _ => Entity("amount") is null ? new RuleMove.Say(AskBack.Amount) : null,
    };

    private RuleMove? ResolveInvoice(bool orCustomer)
    {
        if (Entity("before") is not null)
        {
            return InvoiceBefore(Entity("context_invoice")!);
        }

        if (Entity("invoice") is { } handle)
        {
            _context["invoice"] = handle;
            return null;
        }

        if (Entity("number") is { } number)
        {
            var move = Call("by_number", "get_invoice", new JsonObject { ["number"] = number });
            _context["invoice"] = JsonPath.Text(_context, "by_number.invoice");
            _context["customer"] = JsonPath.Text(_context, "by_number.customer");
            return move;
        }

        var namesCustomer = Entity("customer") is not null || Entity("customer_query") is not null;
        if (!namesCustomer && Entity("context_invoice") is { } last)
        {
            _context["invoice"] = last;
            return null;
        }

        return orCustomer ? ResolveCustomer() : namesCustomer ? LastInvoice() : new RuleMove.Say(AskBack.Invoice);
    }

    /// <summary>The customer's invoice before another, as the listing has them: newest first.</summary>
    private RuleMove? InvoiceBefore(string invoice)
    {
        _context["customer"] ??= Entity("context_customer");
        if (JsonPath.Text(_context, "customer") is not { } customer)
        {
            return new RuleMove.Say(AskBack.Invoice);
        }

        if (Call("invoices", "list_invoices", new JsonObject { ["customer"] = customer, ["limit"] = "50" }) is { } call)
        {
            return call;
        }

        var before = Sent().SkipWhile(i => JsonPath.Text(i, "invoice") != invoice).Skip(1).FirstOrDefault();
        _context["invoice"] = JsonPath.Text(before, "invoice");
        return before is null ? new RuleMove.Say("I find no invoice before that one.") : null;
    }

    /// <summary>The listed invoices that were sent.</summary>
    private IEnumerable<JsonObject> Sent() =>
        (JsonPath.Read(_context, "invoices.invoices") as JsonArray ?? []).OfType<JsonObject>().Where(i => JsonPath.Text(i, "status") is not ("draft" or "void"));

    /// <summary>A customer's invoice without a number: their last one, when the words say so or there is only one.</summary>
    private RuleMove? LastInvoice()
    {
        if (ResolveCustomer() is { } move)
        {
            return move;
        }

        if (Call("invoices", "list_invoices", new JsonObject { ["customer"] = JsonPath.Text(_context, "customer"), ["limit"] = "5" }) is { } call)
        {
            return call;
        }

        JsonObject[] sent = [.. Sent()];
        if (sent.Length == 1 || (sent.Length > 1 && LastWords().IsMatch(Entity("question") ?? "")))
        {
            _context["invoice"] = JsonPath.Text(sent[0], "invoice");
            return null;
        }

        return new RuleMove.Say(sent.Length == 0
            ? "That customer has no invoice that was sent."
            : $"{AskBack.Invoice}\n{string.Join('\n', sent.Select(i => $"- {JsonPath.Text(i, "number")}: {JsonPath.Text(i, "total")}, {JsonPath.Text(i, "status")}, {JsonPath.Text(i, "date")}"))}");
    }

    private RuleMove? ResolveCustomer()
    {
        if (JsonPath.Text(_context, "customer") is not null)
        {
            return null;
        }

        if (Chosen() is { } chosen || (Entity("customer") is { } c && (chosen = c) is not null))
        {
            _context["customer"] = chosen;
            return null;
        }

        if (Entity("customer_query") is { } query)
        {
            return Found(query);
        }

        if (Entity("number") is { } number)
        {
            var move = Call("by_number", "get_invoice", new JsonObject { ["number"] = number });
            _context["customer"] = JsonPath.Text(_context, "by_number.customer");
            return move;
        }

        _context["customer"] = Entity("context_customer");
        return _context["customer"] is null && Entity("invoice") is null ? new RuleMove.Say(AskBack.Customer) : null;
    }

    private RuleMove? Found(string query)
    {
        if (Call("find", "find_customer", new JsonObject { ["query"] = query }) is { } move)
        {
            return move;
        }

        var matches = (JsonPath.Read(_context, "find.matches") as JsonArray ?? []).OfType<JsonObject>().ToArray();
        if (matches.Length == 1)
        {
            _context["customer"] = JsonPath.Text(matches[0], "customer");
            return null;
        }

        if (matches.Length == 0)
        {
            return new RuleMove.Say($"I found no customer called {query}. {AskBack.Customer} The exact name or the mail address helps.");
        }

        var list = new StringBuilder($"Several customers fit {query}:");
        for (var i = 0; i < matches.Length; i++)
        {
            list.Append(CultureInfo.InvariantCulture, $"\n({(char)('a' + i)}) {Described(matches[i])}");
        }

        return new RuleMove.Say($"{list}\n{AskBack.OneOf}");
    }

    private static string Described(JsonObject match)
    {
        string?[] details =
        [
            JsonPath.Read(match, "plans") is JsonArray plans ? string.Join(", ", plans.Select(p => p?.ToString())) : null,
            JsonPath.Text(match, "since") is { } since ? $"customer since {since}" : null,
            JsonPath.Text(match, "last_invoice") is { } last ? $"last invoice {last}" : null,
        ];
        return $"{JsonPath.Text(match, "customer_name")} ({string.Join("; ", details.OfType<string>())})";
    }

    /// <summary>"The second one": of the customers that were listed just before.</summary>
    private string? Chosen()
    {
        if (!dialogue.AnsweredBefore.Contains(AskBack.OneOf, StringComparison.Ordinal) || Ordinal().Match(dialogue.Asked) is not { Success: true } m)
        {
            return null;
        }

        var listed = dialogue.EarlierCalls.LastOrDefault(c => c.Tool == "find_customer" && JsonPath.Read(c.Result, "matches.1") is not null)?.Result;
        var word = m.Value.ToLowerInvariant();
        var index = word switch
        {
            "first" or "1st" or "former" => 0,
            "second" or "2nd" or "latter" => 1,
            "third" or "3rd" => 2,
            "fourth" or "4th" => 3,
            "last" => (JsonPath.Read(listed, "matches") as JsonArray)?.Count - 1 ?? 0,
            _ => word.Trim('(', ')')[0] - 'a',
        };
        return JsonPath.Text(listed, $"matches.{index}.customer");
    }

    [GeneratedRegex(@"\b(?:first|1st|former|second|2nd|latter|third|3rd|fourth|4th|last)\b|\([a-e]\)|^\s*[a-e]\s*[.)]?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Ordinal();

    [GeneratedRegex(@"\b(?:last|latest|newest|most recent|recent|current)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LastWords();

    [GeneratedRegex(@"[\p{L}\d]+")]
    private static partial Regex AnyWord();

    [GeneratedRegex(@"[a-z]_[a-z]|\bhandle\b|\btool\b", RegexOptions.IgnoreCase)]
    private static partial Regex ToolWords();
}
