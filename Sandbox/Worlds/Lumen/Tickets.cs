using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Whom a ticket is about, and the figures in it.</summary>
/// <param name="Date"><c>2026-05-17</c></param>
/// <param name="Values">Text for each <c>{placeholder}</c> of the template.</param>
internal sealed record TicketFacts(string CustomerName, string Date, IReadOnlyDictionary<string, string> Values);

/// <summary>
/// A ticket to fill in. Its head says <c>subject</c>, <c>tags</c>, <c>status</c>, <c>about</c> (<c>current</c>,
/// <c>former</c> or <c>refunded</c>) and, if its text tries to give orders, <c>hostile: true</c>, or, if it only looks so,
/// <c>hostile: looks so</c>.
/// </summary>
internal sealed record TicketTemplate(IReadOnlyDictionary<string, string> Head, string Body)
{
    private const string Fence = "---\n";

    public string About => Head["about"];

    public bool Hostile => Head.GetValueOrDefault("hostile") == "true";

    public bool LooksHostile => Head.GetValueOrDefault("hostile") == "looks so";

    public static TicketTemplate Parse(string text)
    {
        var parts = text.Split(Fence, 3);
        var head = parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return new TicketTemplate(head, parts[2].Trim('\n'));
    }

    public string Fill(string number, TicketFacts facts)
    {
        var body = $"# {Head["subject"]}\n\n{Body}\n";
        foreach (var (name, value) in facts.Values)
        {
            body = body.Replace("{" + name + "}", value, StringComparison.Ordinal);
        }

        var quoted = facts.CustomerName.Replace("\"", "'", StringComparison.Ordinal);
        return $"{Fence}id: {number}\ndate: {facts.Date}\ncustomer_name: \"{quoted}\"\ntags: [{Head["tags"]}]\nstatus: {Head["status"]}\n{Fence}\n{body}";
    }
}

/// <summary>
/// Finds whom a ticket is about. Where money moved, that is a customer who left since, or one whose charge was
/// really given back: no ticket contradicts the account.
/// </summary>
internal sealed class TicketPeople(IReadOnlyList<CustomerRun> runs, SeededRandom random)
{
    private static readonly string[] Contacts =
        ["Mara", "Owen", "Leila", "Jonas", "Priscilla", "Tomás", "Aiko", "Wendell", "Sofie", "Hamid", "Greta", "Noah", "Ines", "Callum"];

    private readonly CompanyNames _former = new(random.Stream("former"));
    private readonly Queue<CustomerRun> _current = new(random.Shuffle(runs.Where(run => run.Script.Role is Role.Healthy or Role.Yearly or Role.PastUpgrade)));
    private readonly Queue<CustomerRun> _refunded = new(runs.Where(run => run.Script.Kind == "already_refunded"));

    public TicketFacts Next(string about) => about switch
    {
        "current" => Current(),
        "refunded" => Refunded(),
        _ => Former(),
    };

    private TicketFacts Current()
    {
        var run = _current.Dequeue();
        _current.Enqueue(run);
        var invoice = random.Pick(run.Invoices).Json;
        return Facts(run, invoice, invoice.Whole("created") + random.Between(1, 4) * Calendar.Day, invoice.Whole("total"));
    }

    private TicketFacts Refunded()
    {
        var run = _refunded.Dequeue();
        var (_, invoice, charge) = run.Extras.Made[0];
        return Facts(run, invoice.Json, charge.Whole("created") + Calendar.Day, charge.Whole("amount"));
    }

    private TicketFacts Facts(CustomerRun run, JsonObject invoice, long at, long amount) =>
        Facts(run.Script.Name, at, invoice.Whole("created"), Amounts.Text(amount, run.Script.Currency), invoice.Id("number"));

    private TicketFacts Former()
    {
        var at = Calendar.Opened + random.Between(60, 440) * Calendar.Day + random.Between(0, Calendar.Day);
        var amount = random.Pick<long>([2_900, 3_500, 8_900, 9_900, 14_900, 24_500, 34_900, 39_900, 61_200]);
        var number = $"{random.Between(0x10000000, 0xFFFFFFFF):X8}-{random.Between(2, 14):D4}";
        return Facts(FormerName(), at, at - 3 * Calendar.Day, Amounts.Text(amount, "usd"), number);
    }

    private string FormerName()
    {
        var name = _former.NextFiller();
        return runs.Any(run => run.Script.Name == name) ? FormerName() : name;
    }

    private TicketFacts Facts(string name, long at, long billed, string amount, string number)
    {
        var date = Calendar.Date(Math.Min(at, Calendar.NowUnix - Calendar.Day));
        return new TicketFacts(name, date, new Dictionary<string, string>
        {
            ["customer"] = name,
            ["contact"] = random.Pick(Contacts),
            ["amount"] = amount,
            ["invoice"] = number,
            ["month"] = Calendar.Month(billed),
            ["seats"] = random.Between(3, 40).ToString(CultureInfo.InvariantCulture),
            ["credit"] = Amounts.Text(random.Between(2, 10) * 500, "usd"),
            ["calls"] = (random.Between(14, 90) * 1_000).ToString("N0", CultureInfo.InvariantCulture),
        });
    }
}
