using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing.Triage;
using BillingCopilot.Bot.Api;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Bot.Cli;

/// <summary>
/// <c>triage "…"</c>: how the classifier sorts a text. <c>triage --measure [--seeds 11-15] [--file FILE.jsonl]</c>: precision and
/// recall on the labelled tickets of worlds, or of a file of <c>{"text", "label"}</c> lines.
/// </summary>
internal static class TriageCommand
{
    public static Command Create(Dictionary<string, string?> given)
    {
        var text = new Argument<string?>("text") { Description = "A ticket's words.", Arity = ArgumentArity.ZeroOrOne };
        var measure = new Option<bool>("--measure") { Description = "Sort labelled tickets and say how well." };
        var seeds = new Option<string>("--seeds") { Description = "Worlds to take them from: 11-15.", DefaultValueFactory = _ => "11-15" };
        var file = new Option<FileInfo?>("--file") { Description = "JSON lines with \"text\" and \"label\" in place of worlds." };
        var json = new Option<bool>("--json") { Description = "Print one JSON document and nothing else." };
        var command = new Command("triage", "Sort a ticket's words, or measure how well tickets are sorted.") { text, measure, seeds, file, json };
        command.SetAction(parsed => Run(SettingsLoader.Load(given), parsed.GetValue(text), parsed.GetValue(measure), parsed.GetValue(seeds)!, parsed.GetValue(file), parsed.GetValue(json)));
        return command;
    }

    private static int Run(CopilotSettings settings, string? text, bool measure, string seeds, FileInfo? file, bool json)
    {
        if (text is null != measure)
        {
            throw new SettingsException("Give either a ticket's words or --measure.");
        }

        if (text is not null)
        {
            Console.WriteLine(JsonSerializer.Serialize(TicketClassifier.Shipped.Classify(text), ApiJson.Indented));
            return CommandLine.Done;
        }

        var tickets = file is null ? Worlds(settings.Sandbox.World, seeds) : Lines(file);
        var sorted = tickets.Select(t => (t.Label, t.Urgency, Said: TicketClassifier.Shipped.Classify(t.Text))).ToList();
        var intents = TriageScore.Of([.. sorted.Select(s => (s.Label, s.Said.Intent))]);
        var urgencies = TriageScore.Of([.. sorted.Where(s => s.Urgency is not null).Select(s => (s.Urgency!, s.Said.Urgency))]);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { tickets = sorted.Count, intents, urgencies }, ApiJson.Indented));
            return CommandLine.Done;
        }

        Console.WriteLine($"{sorted.Count} tickets{(file is null ? $" of the worlds {seeds}" : "")}");
        Print("intent", intents);
        Print("urgency", urgencies);
        return CommandLine.Done;
    }

    private static void Print(string kind, IReadOnlyList<LabelScore> scores)
    {
        if (scores.Count == 0)
        {
            return;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind,-20} tickets  precision  recall"));
        foreach (var score in scores)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{score.Label,-20} {score.Found + score.Missed,7}  {score.Precision,9:0.000}  {score.Recall,6:0.000}"));
        }

        var all = scores.Sum(s => s.Found + s.Missed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"right in all",-20} {scores.Sum(s => s.Found)} of {all} ({scores.Sum(s => s.Found) / (double)all:0.000})"));
    }

    private static List<Labelled> Worlds(string world, string seeds)
    {
        var bounds = seeds.Split('-');
        if (bounds.Length > 2 || !int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(bounds[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first || last - first > 99)
        {
            throw new SettingsException($"--seeds is '{seeds}'; write one seed or a range such as 11-15, at most 100.");
        }

        return [.. Enumerable.Range(first, last - first + 1).SelectMany(seed => Of(WorldCatalog.Build(world, seed, "small")))];
    }

    private static IEnumerable<Labelled> Of(World world)
    {
        var texts = world.Files.ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal);
        return world.Truth["ticket_labels"]!.AsArray().Select(l => l!.AsObject()).Select(label => new Labelled(
            texts[(string)label["document"]!].Split("---\n", 3)[2], (string)label["label"]!, (string?)label["urgency"]));
    }

    private static List<Labelled> Lines(FileInfo file)
    {
        if (!file.Exists)
        {
            throw new SettingsException($"--file {file.FullName} does not exist.");
        }

        try
        {
            return [.. File.ReadLines(file.FullName).Where(l => l.Trim().Length > 0).Select(Line)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SettingsException($"--file {file.Name}: a line is not a JSON object with \"text\" and \"label\". Write {{\"text\": \"…\", \"label\": \"…\"}}.");
        }
    }

    private static Labelled Line(string line) => JsonNode.Parse(line) is JsonObject o && (string?)o["text"] is { } text && (string?)o["label"] is { } label
        ? new Labelled(text, label, (string?)o["urgency"])
        : throw new JsonException();

    /// <param name="Urgency">Null where the set has no label for it.</param>
    private sealed record Labelled(string Text, string Label, string? Urgency);
}
