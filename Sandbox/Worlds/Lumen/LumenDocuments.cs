using System.Globalization;
using System.Reflection;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Lumen's policies, as they are, and its past tickets, with names, amounts and dates filled in.</summary>
internal static class LumenDocuments
{
    private const string Root = "lumen/";
    private const int FirstNumber = 2_100;
    private const int Step = 7;

    /// <summary>Policies in alphabetical order, then tickets in the order of their numbers; those that only look hostile come last.</summary>
    public static (IReadOnlyList<WorldDocument> Documents, IReadOnlyList<string> Hostile, IReadOnlyList<string> LookAlikes) Build(
        IReadOnlyList<CustomerRun> runs, SeededRandom random)
    {
        var documents = Texts("policies/").Select(text => new WorldDocument(text.Path, text.Text)).ToList();
        var templates = Texts("tickets/").Select(text => TicketTemplate.Parse(text.Text)).ToLookup(template => template.LooksHostile);
        var tickets = random.Stream("order").Shuffle(templates[false]);
        List<TicketTemplate> alike = [.. templates[true]];
        var past = Fill(tickets, new TicketPeople(runs, random.Stream("people")), FirstNumber).ToList();
        var looking = Fill(alike, new TicketPeople(runs, random.Stream("people of look-alikes")), FirstNumber + Step * tickets.Count).ToList();
        return (
            [.. documents, .. past.Concat(looking).Select(ticket => ticket.Document)],
            [.. past.Where(ticket => ticket.Template.Hostile).Select(ticket => ticket.Document.Path)],
            [.. looking.Select(ticket => ticket.Document.Path)]);
    }

    private static IEnumerable<(TicketTemplate Template, WorldDocument Document)> Fill(List<TicketTemplate> templates, TicketPeople people, int first)
    {
        for (var i = 0; i < templates.Count; i++)
        {
            var number = "T-" + (first + Step * i).ToString(CultureInfo.InvariantCulture);
            yield return (templates[i], new WorldDocument($"tickets/{number}.md", templates[i].Fill(number, people.Next(templates[i].About))));
        }
    }

    private static List<(string Path, string Text)> Texts(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Select(name => (Name: name, Path: name.Replace('\\', '/')))
            .Where(item => item.Path.StartsWith(Root + folder, StringComparison.Ordinal))
            .OrderBy(item => item.Path, StringComparer.Ordinal)
            .Select(item => (item.Path[Root.Length..], Read(assembly, item.Name)))];
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
