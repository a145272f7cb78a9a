using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Models.Traffic;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>A recorded run plays back without its provider, and anything new is a miss.</summary>
public sealed class TrafficTests : IDisposable
{
    private const string Question = "How long after a payment may we still refund a customer?";
    private readonly string _folder = Directory.CreateTempSubdirectory("traffic").FullName;

    [Fact]
    public async Task Replay_GivesTheRecordedAnswer_WithTheProviderGone()
    {
        string recorded;
        ModelOptions options;
        await using (var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, Reply.Call("search_policies", ("query", "refund window")), Reply.Say("Look at the refund policy.")))
        {
            options = fake.Options();
            recorded = await AskAsync(With(options, record: _folder), Question);
        }

        (await AskAsync(With(options, replay: _folder), Question)).ShouldBe(recorded);
        Directory.GetFiles(_folder).Length.ShouldBe(2);
        Directory.GetFiles(_folder).ShouldAllBe(f => !File.ReadAllText(f).Contains(FakeProvider.Key));
    }

    [Fact]
    public async Task Replay_OfAProposal_IsTheSame_AlthoughItExpiresAtAnotherSecond()
    {
        var question = (string name) => $"{name} says they were charged twice in October.";
        var recorded = await ProposedAsync(With(new ModelOptions(), record: _folder), question);

        (await ProposedAsync(With(new ModelOptions(), replay: _folder), question)).ShouldBe(recorded);
    }

    [Fact]
    public async Task Replay_OfAnotherQuestion_IsAClearMiss()
    {
        await AskAsync(With(new ModelOptions(), record: _folder), Question);

        var miss = await Should.ThrowAsync<RecordingMissingException>(() => AskAsync(With(new ModelOptions(), replay: _folder), "What is our policy on disputes?"));

        miss.Message.ShouldContain("holds no answer to this request");
        miss.Message.ShouldContain("policy on disputes");
        miss.Message.ShouldContain("--record");
    }

    [Fact]
    public void Problems_RecordAndReplayTogether_OrNoFolder()
    {
        string.Join(' ', With(new ModelOptions(), _folder, _folder).Problems()).ShouldContain("both given");
        string.Join(' ', With(new ModelOptions(), replay: Path.Combine(_folder, "none")).Problems()).ShouldContain("is not a folder");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ModelOptions With(ModelOptions options, string? record = null, string? replay = null)
    {
        (options.Record, options.Replay) = (record, replay);
        return options;
    }

    private static async Task<string> ProposedAsync(ModelOptions options, Func<string, string> question)
    {
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(options, ProviderTestRules.Book));
        var answer = await copilot.AskAsync(question((string)copilot.Sandbox.World.Truth["double_charges"]![0]!["customer_name"]!));
        answer.Proposals.ShouldHaveSingleItem().Operation.ShouldBe("issue_refund");
        return answer.Text;
    }

    private static async Task<string> AskAsync(ModelOptions options, string text)
    {
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(options, ProviderTestRules.Book));
        return (await copilot.AskAsync(text)).Text;
    }
}
