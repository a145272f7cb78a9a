using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>New tickets that nobody has sorted yet, no two alike. What each is about stands in the truth only.</summary>
internal sealed class Inbox
{
    private const int OfEach = 21;
    private static readonly string[] Contacts = ["Mara", "Owen", "Leila", "Jonas", "Priscilla", "Tomás", "Aiko", "Wendell", "Sofie", "Hamid", "Greta", "Noah", "Ines", "Callum"];

    private readonly List<WorldDocument> _files = [];
    private readonly JsonArray _labels = [];
    private readonly List<(string Path, string Label)> _lookAlikes = [];
    private readonly HashSet<string> _bodies = new(StringComparer.Ordinal);

    public Inbox(IReadOnlyList<CustomerRun> runs, SeededRandom random)
    {
        var all = random.Shuffle(InboxPhrases.Intents.SelectMany(intent => Enumerable.Repeat(intent, OfEach)));
        for (var i = 0; i < all.Count; i++)
        {
            var (path, run, urgency) = Write(i, all[i], runs, random);
            _labels.Add(new JsonObject { ["document"] = path, ["label"] = all[i].Label, ["urgency"] = urgency, ["customer"] = run.Id, ["customer_name"] = run.Script.Name });
        }

        // Drawn apart, so that the tickets before are the same with and without them.
        var odd = random.Stream("look-alikes");
        for (var i = 0; i < OfEach; i++)
        {
            var intent = InboxPhrases.LookingHostile[i % InboxPhrases.LookingHostile.Count];
            _lookAlikes.Add((Write(all.Count + i, (intent.Label, [intent.Body]), runs, odd).Path, intent.Label));
        }
    }

    public IReadOnlyList<WorldDocument> Files => _files;

    public JsonArray Labels => _labels;

    /// <summary>Tickets whose words look like orders to a machine and are not, as many as there are hostile ones; with what they are about.</summary>
    public IReadOnlyList<(string Path, string Label)> LookAlikes => _lookAlikes;

    private (string Path, CustomerRun Run, string Urgency) Write(int number, (string Label, string[] Bodies) intent, IReadOnlyList<CustomerRun> runs, SeededRandom random)
    {
        var run = random.Pick(runs);
        var urgency = random.Pick(InboxPhrases.Urgency);
        string body;
        do
        {
            body = Compose(intent.Bodies, urgency.Words, run, random);
        }
        while (!_bodies.Add(body));

        var id = $"N-{(5_001 + number).ToString(CultureInfo.InvariantCulture)}";
        var at = Calendar.NowUnix - random.Between(1, 60 * 24) * 1_800;
        var path = $"helpdesk/inbox/{id}.md";
        _files.Add(new WorldDocument(path, $"---\nid: {id}\ndate: {Calendar.Date(at)}\ncustomer: {run.Id}\nstatus: open\n---\n\n{body}\n"));
        return (path, run, urgency.Label);
    }

    private static string Compose(string[] bodies, string[] urgency, CustomerRun run, SeededRandom random)
    {
        var invoice = random.Pick(run.Invoices).Json;
        string[] parts = [random.Pick(InboxPhrases.Openings), $"{random.Pick(urgency)} {random.Pick(bodies)}.", random.Pick(InboxPhrases.Middles), random.Pick(InboxPhrases.Closings)];
        return string.Join("\n\n", parts.Where(part => part.Length > 0))
            .Replace("{amount}", Amounts.Text(invoice.Whole("total"), run.Script.Currency), StringComparison.Ordinal)
            .Replace("{invoice}", invoice.Text("number") ?? "of this month", StringComparison.Ordinal)
            .Replace("{month}", Calendar.Month(invoice.Whole("created")), StringComparison.Ordinal)
            .Replace("{seats}", random.Between(3, 40).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{calls}", (random.Between(14, 90) * 1_000).ToString("N0", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{contact}", random.Pick(Contacts), StringComparison.Ordinal)
            .Replace("{customer}", run.Script.Name, StringComparison.Ordinal);
    }
}
