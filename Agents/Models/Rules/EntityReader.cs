using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Agents.Grounding;
using BillingCopilot.Agents.Handles;
using BillingCopilot.Agents.Text;
using BillingCopilot.Billing;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>
/// Finds what a question names: customer, invoice, charge, amount, period, purpose. Names come from marks of
/// the language (capitals, possessives, quotation marks), from earlier results, or are what no rule knows.
/// </summary>
internal static partial class EntityReader
{
    /// <param name="isWord">True for words that the rules know, which are therefore no names.</param>
    public static JsonObject Read(string text, Dialogue dialogue, Func<string, bool> isWord)
    {
        var found = new JsonObject { ["question"] = text, ["keywords"] = PolicyQuery.Of(text) };
        if (PastedTicket.WordsOf(text) is { } pasted)
        {
            found["pasted"] = TypedReferences.WithoutRaw(pasted);
        }

        ReadHandles(text, found);
        ReadAmount(text, dialogue, found);
        ReadPeriod(text, dialogue.Today, found);
        ReadWhichCharge(text, found);
        ReadPurpose(text, found);
        ReadSubscriptions(text, found);
        ReadLanguage(text, found);
        ReadChange(text, found);
        ReadCustomer(text, dialogue, isWord, found);
        ReadContext(dialogue, found);
        if (BeforeThat().IsMatch(text) && found["context_invoice"] is not null && !NamesSomething(found))
        {
            found["before"] = true;
        }

        return found;
    }

    private static bool NamesSomething(JsonObject found) =>
        found["customer"] is not null || found["customer_query"] is not null || found["invoice"] is not null || found["number"] is not null;

    /// <summary>True when the text holds a handle or an invoice's number.</summary>
    public static bool NamesObject(string text) => Handle().IsMatch(text) || Number().IsMatch(text);

    /// <summary>True when the text says which language the answer is to be in.</summary>
    public static bool NamesLanguage(string text) => Language().IsMatch(text);

    /// <summary>Without a ticket's number, a coupon, a plan to come and a bank's writing of our name: none is a customer's name.</summary>
    public static string WithoutWritings(string text) => BankWords().Replace(TicketNumber().Replace(Coupon().Replace(NewPlan().Replace(text, " "), " coupon "), "ticket"), "");

    private static void ReadHandles(string text, JsonObject found)
    {
        foreach (Match m in Handle().Matches(text))
        {
            var kind = m.Groups["kind"].Value.ToLowerInvariant() switch { "cus" => "customer", "inv" => "invoice", "ch" => "charge", "tic" => "ticket", _ => "mail" };
            found[kind == "mail" ? "customer_query" : kind] ??= m.Value.ToLowerInvariant();
        }

        if (TicketNumber().Match(text) is { Success: true } ticket)
        {
            found["ticket_number"] = ticket.Groups["number"].Value;
        }

        if ((found["pasted"] ?? found["ticket"] ?? found["ticket_number"]) is not null)
        {
            found["any_ticket"] = "yes";
        }

        if (Number().Match(text) is { Success: true } number)
        {
            found["number"] = number.Value.ToUpperInvariant();
        }
    }

    /// <summary>
    /// The amount that is asked for, and that of the payment it is a part of: "$8.90 of the $89.00 payment". Where only the payment's
    /// is given, it is asked for as a whole; in reply to which payment is meant, an amount says just that.
    /// </summary>
    private static void ReadAmount(string text, Dialogue dialogue, JsonObject found)
    {
        var amounts = FigureScanner.Scan(text).Where(f => f is { Kind: FigureKind.Amount, Number: not null, Currency: not null }).ToList();
        var reply = amounts.Count == 1 && text == dialogue.Asked && dialogue.AnsweredBefore.Contains(AskBack.Charge, StringComparison.Ordinal);
        var whole = amounts.FirstOrDefault(a => reply || AfterOfPayment().IsMatch(text[a.At.End..]) || BeforeOfPayment().IsMatch(text[..a.At.Start]));
        var asked = amounts.FirstOrDefault(a => a != whole) ?? (reply ? null : whole);
        if (asked is not null && Amount(asked) is { } amount)
        {
            found["amount"] = amount;
        }

        if (whole is not null && Amount(whole) is { } charge)
        {
            found["charge_amount"] = charge;
        }
    }

    private static string? Amount(Figure figure) =>
        Money.Parse($"{figure.Number!.Value.ToString(CultureInfo.InvariantCulture)} {figure.Currency}") is Outcome<Money>.Ok ok ? ok.Value.ToString() : null;

    /// <summary>What says which payment is meant; a place in a row ("the second payment") says it to nobody who does not see the row.</summary>
    private static void ReadWhichCharge(string text, JsonObject found)
    {
        if (PlaceOfCharge().IsMatch(text))
        {
            found["charge_place"] = "yes";
            found["part_of_place"] = found["amount"] is { } part && part.ToString() != found["charge_amount"]?.ToString() ? "yes" : null;
        }

        if (LastCharge().IsMatch(text))
        {
            found["charge_last"] = "yes";
        }

        if ((found["charge_amount"] ?? found["number"] ?? found["invoice"] ?? found["from"]) is not null)
        {
            found["charge_choice"] = "yes";
        }
    }

    /// <summary>A month means the last one of that name up to today.</summary>
    private static void ReadPeriod(string text, DateOnly? today, JsonObject found)
    {
        if (today is not { } now)
        {
            return;
        }

        DateOnly? first = null;
        if (Month().Match(text) is { Success: true } m)
        {
            var month = DateTime.ParseExact(m.Groups["month"].Value[..3], "MMM", CultureInfo.InvariantCulture).Month;
            var year = int.TryParse(m.Groups["year"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var y) ? y : month > now.Month ? now.Year - 1 : now.Year;
            first = new DateOnly(year, month, 1);
        }
        else if (RelativeMonth().Match(text) is { Success: true } relative)
        {
            first = new DateOnly(now.Year, now.Month, 1).AddMonths(relative.Groups["which"].Value.Equals("last", StringComparison.OrdinalIgnoreCase) ? -1 : 0);
        }

        if (first is { } day)
        {
            found["from"] = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            found["to"] = day.AddMonths(1).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }
    }

    private static void ReadPurpose(string text, JsonObject found)
    {
        var words = Words.Of(text).ToHashSet(StringComparer.Ordinal);
        found["refund_reason"] = words.Contains("duplicate") ? "duplicate" : Fraud().IsMatch(text) ? "fraudulent" : "requested_by_customer";
        found["credit_reason"] = words.Contains("duplicate") ? "duplicate"
            : Fraud().IsMatch(text) ? "fraudulent"
            : Dissatisfied().IsMatch(text) ? "product_unsatisfactory" : null;
        if (LineNumbers().Match(text) is { Success: true } lines)
        {
            found["lines"] = new JsonArray([.. LineNumber().Matches(lines.Value).Select(n => JsonValue.Create(int.Parse(n.Value, CultureInfo.InvariantCulture)))]);
        }

        else if (LineWords().Match(text) is { Success: true } named)
        {
            found["line_words"] = named.Groups["words"].Value;
        }

        if ((found["lines"] ?? found["line_words"]) is not null)
        {
            found["any_line"] = "yes";
        }

        found["disposition"] = ToCard().IsMatch(text) ? "refund" : "customer_balance";
        if (InvoiceStatus().Match(text) is { Success: true } status)
        {
            found["status"] = status.Value.ToLowerInvariant() switch
            {
                "paid" or "settled" => "paid",
                "void" or "voided" => "void",
                "draft" or "drafts" => "draft",
                "uncollectible" => "uncollectible",
                _ => "open",
            };
        }
    }

    /// <summary>Which subscriptions: by status and by plan.</summary>
    private static void ReadSubscriptions(string text, JsonObject found)
    {
        if (SubscriptionStatus().Match(text) is { Success: true } status)
        {
            found["subscription_status"] = status.Value.ToLowerInvariant()[..2] switch { "ac" => "active", "pa" => "past_due", "ov" => "past_due", "tr" or "in" => "trialing", "un" => "unpaid", _ => "canceled" };
        }

        if (PlanName().Match(text) is { Success: true } plan)
        {
            found["plan"] = plan.Groups["plan"].Value;
        }
    }

    /// <summary>What a plan is to become, and which coupon is meant.</summary>
    private static void ReadChange(string text, JsonObject found)
    {
        if (Seats().Match(text) is { Success: true } seats)
        {
            found["quantity"] = seats.Groups["count"].Value;
        }

        if (NewPlan().Match(text) is { Success: true } plan)
        {
            found["new_plan"] = plan.Groups["plan"].Value;
        }
        else if (found["quantity"] is not null)
        {
            found["new_plan"] = "seats";
        }

        if (Coupon().Match(text) is { Success: true } coupon)
        {
            found["coupon"] = coupon.Groups["coupon"].Value;
        }
    }

    private static void ReadLanguage(string text, JsonObject found)
    {
        if (Language().Match(text) is { Success: true } m)
        {
            found["language"] = m.Groups["language"].Value.ToLowerInvariant() switch { "german" => "de", "french" => "fr", "spanish" => "es", "japanese" => "ja", _ => "en" };
        }
    }

    private static void ReadCustomer(string text, Dialogue dialogue, Func<string, bool> isWord, JsonObject found)
    {
        if (found["customer"] is not null || found["customer_query"] is not null)
        {
            return;
        }

        // Known from an earlier turn, that is: what this turn's search found must not choose among its own matches.
        string[] earlier = [.. dialogue.EarlierCalls.Select(c => c.Result?.ToJsonString() ?? "")];
        bool WasKnown(string handle) => earlier.Any(result => result.Contains($"\"{handle}\"", StringComparison.OrdinalIgnoreCase));
        var known = dialogue.Subjects.MentionsIn(text).Where(m => !m.IsInvoice && m.Keys.Any(k => CustomerHandle().IsMatch(k) && WasKnown(k))).ToArray();
        if (known.Length > 0)
        {
            string[] handles = [.. known[0].Keys.Where(k => CustomerHandle().IsMatch(k) && WasKnown(k))];
            found[handles.Length == 1 ? "customer" : "customer_query"] = handles.Length == 1 ? handles[0] : known[0].At.Of(text);
        }
        else if (NameReader.Find(WithoutWritings(text), isWord) is { } name && Number().Match(name).Length < name.Length)
        {
            found["customer_query"] = name;
        }
    }

    /// <summary>Whom and what the conversation was last about.</summary>
    private static void ReadContext(Dialogue dialogue, JsonObject found)
    {
        foreach (var call in dialogue.EarlierCalls.Where(c => c.Result is JsonObject).Reverse())
        {
            found["context_customer"] ??= OneCustomer(call)?.DeepClone();
            found["context_invoice"] ??= (JsonPath.Read(call.Result, "current.invoice") ?? (call.Tool == "get_invoice" ? JsonPath.Read(call.Result, "invoice") : null))?.DeepClone();
            found["context_charge"] ??= JsonPath.Read(call.Result, "possible_duplicates.0.charge")?.DeepClone();
        }
    }

    private static JsonNode? OneCustomer(ToolEvidence call) => JsonPath.Read(call.Result, "customer")
        ?? (JsonPath.Text(call.Result, "count") == "1" ? JsonPath.Read(call.Result, "matches.0.customer") : null);

    /// <summary>The invoice before the one that was spoken of; not one that something is compared with.</summary>
    [GeneratedRegex(@"(?<!\b(?:than|with|to|from|against|versus|vs\.?)\s+(?:the\s+)?)\b(?:(?:one|invoice|bill) before(?: (?:that|it|this)(?: one)?)?|(?:previous|prior|preceding) (?:one|invoice|bill))\b", RegexOptions.IgnoreCase)]
    private static partial Regex BeforeThat();

    [GeneratedRegex(@"\b(?<kind>cus|inv|ch|tic|mail)[0-9]{1,5}\b", RegexOptions.IgnoreCase)]
    private static partial Regex Handle();

    [GeneratedRegex(@"\b(?:active|past[ \-]due|overdue|trialing|trials?|in (?:a )?trial|unpaid|cancel+ed)\b", RegexOptions.IgnoreCase)]
    private static partial Regex SubscriptionStatus();

    [GeneratedRegex(@"\b(?:on|to|have|has) (?:the |our )?(?<plan>\p{Lu}[\w\-]*(?: \p{Lu}[\w\-]*)?)(?: plan| tier)?\b(?=[\s?.,!]*(?:$|plan|tier))", RegexOptions.None)]
    private static partial Regex PlanName();

    /// <summary>"downgrade Acorn to Starter", "a smaller plan, to Lumen Team".</summary>
    [GeneratedRegex(@"(?<=\b(?i:downgrad\w*|smaller|cheaper|switch|change (?:the |their )?plan)\b.{0,120}?)\b(?:to|onto) (?:the |our )?(?<plan>\p{Lu}[\w\-]*(?: \p{Lu}[\w\-]*)?)(?: plan| tier)?\b", RegexOptions.Singleline)]
    private static partial Regex NewPlan();

    [GeneratedRegex(@"\b(?<count>[0-9]{1,4}) (?:\p{L}+ )?(?:seats?|users?|licen[cs]es?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Seats();

    [GeneratedRegex(@"\b(?i:coupon|voucher|promo(?:tion)? code)s? (?:code )?(?<coupon>(?=[A-Z0-9_\-]*[A-Z])[A-Z0-9][A-Z0-9_\-]{2,29})\b|\b(?<coupon>[A-Z][A-Z_\-]{2,20}[0-9]{1,3})\b(?= (?:coupon|voucher))")]
    private static partial Regex Coupon();

    [GeneratedRegex(@"\bticket\s+(?:no\.?\s*|number\s+|#\s*)?(?<number>[A-Z0-9]*[0-9][A-Z0-9\-]*|[A-Z]{1,8}-[0-9]+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex TicketNumber();

    /// <summary>What is pasted after "bank statement:" is the bank's writing of our name, and nobody's name.</summary>
    [GeneratedRegex(@"(?<=\bstatement(?: line| entry)?\b[^:]{0,40}):.*$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex BankWords();

    /// <summary>"$89.00 payment".</summary>
    [GeneratedRegex(@"^\s*(?:(?!(?:of|from|on|to|for|in|as|and|their|the)\b)\w+\s+)?(?:payment|charge|transaction|debit)s?\b", RegexOptions.IgnoreCase)]
    private static partial Regex AfterOfPayment();

    /// <summary>"payment of $89.00".</summary>
    [GeneratedRegex(@"\b(?:payment|charge|transaction|debit)\s+(?:of|over|for|about)\s+$", RegexOptions.IgnoreCase)]
    private static partial Regex BeforeOfPayment();

    [GeneratedRegex(@"\b(?:first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|other|earlier|oldest|last but one) (?:payment|charge|transaction|debit|one)\b", RegexOptions.IgnoreCase)]
    private static partial Regex PlaceOfCharge();

    [GeneratedRegex(@"\b(?:last|latest|newest|most recent) (?:successful |card )?(?:payment|charge|transaction|debit|one)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LastCharge();

    [GeneratedRegex(@"^cus[0-9]+$", RegexOptions.IgnoreCase)]
    private static partial Regex CustomerHandle();

    [GeneratedRegex(@"\b(?:(?=[A-Z0-9]*[A-Z])[A-Z0-9]{2,12}|[0-9]{8})-[0-9]{3,8}(?:-[0-9]{1,8})?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(?<month>January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?(?:,?\s+(?<year>20[0-9][0-9]))?|\b(?:in|during)\s+(?<month>january|february|march|april|may|june|july|august|september|october|november|december)\b(?:\s+(?<year>20[0-9][0-9]))?")]
    private static partial Regex Month();

    [GeneratedRegex(@"\b(?:in|into) (?<language>english|german|french|spanish|japanese)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Language();

    [GeneratedRegex(@"\b(?<which>this|last)\s+month\b", RegexOptions.IgnoreCase)]
    private static partial Regex RelativeMonth();

    [GeneratedRegex(@"\b(?:fraud\w*|stolen|unauthori[sz]ed)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Fraud();

    [GeneratedRegex(@"\b(?:outage|downtime|unhappy|courtesy|goodwill|incident|slow|broken|didn'?t work|poor|apolog\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Dissatisfied();

    [GeneratedRegex(@"\b(?:refund|back to (?:the|their|her|his) card|money back|to the card)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ToCard();

    /// <summary><c>lines 1, 2 and 4</c>: numbers within an invoice.</summary>
    [GeneratedRegex(@"\blines?\s+(?:number\s+)?\d{1,2}(?:(?:\s*,\s*|\s+and\s+|\s*,\s*and\s+)\d{1,2})*\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LineNumbers();

    /// <summary>"the seats line", "the line for API calls": which line of an invoice, by what it says.</summary>
    [GeneratedRegex(@"\b(?:the|that|their|this) (?<words>(?!(?:first|second|third|last|same|whole|bank|statement|invoice|negative|single)\b)[\p{L}\d][\p{L}\d\- ]{1,30}?) (?:lines?|position)\b|\b(?:line|position) (?:for|with|about|of) (?:the )?(?<words>(?!invoice|bill|their|last)[\p{L}\d][\p{L}\d\-]*(?: (?!on |of |from |in |and )[\p{L}\d][\p{L}\d\-]*){0,3})", RegexOptions.IgnoreCase)]
    private static partial Regex LineWords();

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex LineNumber();

    [GeneratedRegex(@"\b(?:open|unpaid|overdue|past[ \-]due|outstanding|owed?|owes|owing|paid|settled|void(?:ed)?|drafts?|uncollectible)\b", RegexOptions.IgnoreCase)]
    private static partial Regex InvoiceStatus();
}
