using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.SandboxTests.Conformance;

/// <summary>
/// What the sandbox's documents say of it is so. With BILLINGCOPILOT_WRITE_DOCS=1 the generated parts are written
/// anew instead of compared.
/// </summary>
public sealed class DocumentTests
{
    private static readonly bool Write = Environment.GetEnvironmentVariable("BILLINGCOPILOT_WRITE_DOCS") == "1";

    [Fact]
    public void KnownParameters_List_IsWhatStripesClientSendsBesides()
    {
        var path = Files.Of("Sandbox/Http/known-parameters.txt");
        var lines = ParameterList.Lines(ConformanceTests.Routes());
        if (Write)
        {
            File.WriteAllLines(path, lines);
        }

        lines.Count.ShouldBeGreaterThan(40);
        File.ReadAllLines(path).ShouldBe(lines);
    }

    [Fact]
    public void Readme_Routes_AreThoseThatAreServed()
    {
        var rows = ConformanceTests.Routes().Operations
            .GroupBy(o => o.Template)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"| `{g.Key}` | {string.Join(", ", g.Select(o => o.Method))} | {string.Join(", ", g.Select(o => o.Permission).OfType<string>().Distinct().Select(p => $"`{p}`"))} |")
            .ToList();
        var path = Files.Of("Sandbox/README.md");
        if (Write)
        {
            File.WriteAllText(path, Files.Replace(File.ReadAllText(path), "routes", rows));
        }

        Files.Block(File.ReadAllText(path), "routes").ShouldBe(rows);
    }

    [Fact]
    public void Readme_TestsThatItNames_Exist()
    {
        var tests = typeof(DocumentTests).Assembly.GetTypes().ToLookup(type => type.Name, StringComparer.Ordinal);
        var named = Files.Block(File.ReadAllText(Files.Of("Sandbox/README.md")), "shown")
            .SelectMany(row => row.Split('|')[2].Split('`').Where((_, i) => i % 2 == 1)).ToList();

        named.Count.ShouldBeGreaterThan(40);
        named.Select(name => name.Split('.'))
            .Where(name => !tests[name[0]].Any(type => name.Length == 1 || type.GetMethod(name[1]) is not null))
            .Select(name => string.Join('.', name))
            .ShouldBeEmpty();
    }

    [StripeDataFact]
    public async Task Fixtures_PublishedByStripe_HaveOurFields()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        using var scene = await ConformanceTests.PlayAsync(sandbox);
        var published = JsonNode.Parse(File.ReadAllText(Path.Combine(StripeDataFactAttribute.Folder!, "fixtures3.json")))!["resources"]!.AsObject();
        var rows = Differences.Rows(published, scene.Recorder.Objects());
        var path = Files.Of("Sandbox/README.md");
        var readme = File.ReadAllText(path);
        if (Write)
        {
            readme = Files.Replace(readme, "fixtures", Differences.Keep(rows, Files.Block(readme, "fixtures")));
            File.WriteAllText(path, readme);
        }

        Files.Block(readme, "fixtures").Select(Differences.Fact).ShouldBe(rows);
        Files.Block(readme, "fixtures").ShouldAllBe(row => Differences.Reason(row).Length > 10);
    }
}
