using BillingCopilot.Agents.Models;
using BillingCopilot.Agents.Turns;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace BillingCopilot.Unit.AgentTests.Providers;

/// <summary>Sentences reach the asker while the provider still writes, each only with its figures' sources.</summary>
public sealed class StreamedAnswerTests
{
    private const string First = "I looked this up in our policy.\n";

    /// <summary>Longer than the first, since a provider here sends half of its text at once.</summary>
    private const string Second = "The rest of it is somewhat longer than that.";

    public static TheoryData<string> All => ProviderTests.All;

    private readonly List<string> _sentences = [];
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [MemberData(nameof(All))]
    public async Task FirstSentence_IsGivenOut_WhileTheModelStillWrites(string provider)
    {
        // The provider goes on only when the first sentence has arrived: held back to the end, this would never end.
        await using var fake = await FakeProvider.StartAsync(provider, Reply.Call("search_policies", ("query", "refund window")), new Reply.Waits(First + Second, _heard.Task));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));

        var answer = await copilot.RunAsync(copilot.Request("What does the policy say about refunds?"), HearAsync);

        _sentences.ShouldBe([First, Second]);
        answer.Text.ShouldBe(First + Second);
    }

    [Fact]
    public async Task SentenceWithoutSource_IsHeld_AndWhatWasReadStays()
    {
        await using var fake = await FakeProvider.StartAsync(
            ModelFactory.OpenAI,
            Reply.Call("search_policies", ("query", "refund window")),
            Reply.Say(First + "They paid $4,711.00 for it. That is all that I know about it and there is no more."),
            Reply.Say("Nothing more is known."));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));

        var answer = await copilot.RunAsync(copilot.Request("What does the policy say about refunds?"), HearAsync);

        answer.Text.ShouldBe(First + "Nothing more is known.");
        string.Concat(_sentences).ShouldBe(answer.Text);
        fake.Requests.Last().Body.ToJsonString().ShouldContain("Write only what comes after that again");
    }

    [Fact]
    public async Task SentenceOnThePolicy_WaitsForTheQuotationAfterIt()
    {
        const string claim = "Our policy allows a refund for some time. ";
        const string quotation = "“A customer can ask for a refund of a subscription charge within 30 days of the date of the charge.” (Refunds, Refund window)\n";
        await using var fake = await FakeProvider.StartAsync(
            ModelFactory.OpenAI,
            Reply.Call("search_policies", ("query", "refund window")),
            Reply.Say(First + claim + quotation + "This is all that there is to say about it, and it is said at some length so that it is sent in pieces."));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));

        await copilot.RunAsync(copilot.Request("What does the policy say about refunds?"), HearAsync);

        _sentences[..2].ShouldBe([First, claim + quotation]);
        fake.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task BrokenOffAfterASentence_WhatWasReadStays_AndTheAnswerSaysSo()
    {
        await using var fake = await FakeProvider.StartAsync(
            ModelFactory.OpenAI,
            Reply.Call("search_policies", ("query", "refund window")),
            new Reply.BreaksOff(First + Second, _heard.Task),
            Reply.Say("Our policy has a section on it."));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));

        var answer = await copilot.RunAsync(copilot.Request("What does the policy say about refunds?"), HearAsync);

        answer.Text.ShouldBe(First + "(The model's answer broke off here and begins again.)\nOur policy has a section on it.");
        string.Concat(_sentences).ShouldBe(answer.Text);
    }

    [Fact]
    public async Task WordsBesideACall_AreNotGivenOut()
    {
        await using var fake = await FakeProvider.StartAsync(
            ModelFactory.OpenAI,
            new Reply.Says(First + "Let me look at that for you. ", Called.Of("search_policies", ("query", "refund window"))),
            Reply.Say("It is in the policy."));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));

        var answer = await copilot.RunAsync(copilot.Request("What does the policy say about refunds?"), HearAsync);

        answer.Text.ShouldBe("It is in the policy.");
        _sentences.ShouldBe(["It is in the policy."]);
    }

    [Fact]
    public async Task TurnRunAgain_AfterASentenceWasGivenOut_GoesOnAfterIt()
    {
        // The process ends while the model writes its second sentence.
        var ends = new CancellationTokenSource();
        await using var fake = await FakeProvider.StartAsync(
            ModelFactory.OpenAI,
            Reply.Call("search_policies", ("query", "refund window")),
            new Reply.Waits(First + Second, new TaskCompletionSource().Task),
            Reply.Say("Our policy has a section on it."));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));
        var request = copilot.Request("What does the policy say about refunds?");
        var turns = copilot.Services.GetRequiredService<TurnRunner>();
        await Should.ThrowAsync<OperationCanceledException>(() => turns.RunAsync(request, async e =>
        {
            await HearAsync(e);
            if (_sentences.Count > 0)
            {
                await ends.CancelAsync();
            }
        }, ends.Token));
        _sentences.ShouldBe([First]);
        _sentences.Clear();

        var answer = await copilot.RunAsync(request, HearAsync);
        string[] again = [.. _sentences];
        _sentences.Clear();
        var replayed = await copilot.RunAsync(request, HearAsync);

        answer.Text.ShouldBe(First + "(The model's answer broke off here and begins again.)\nOur policy has a section on it.");
        again[0].ShouldBe(First);
        string.Concat(again).ShouldBe(answer.Text);
        replayed.Text.ShouldBe(answer.Text);
        _sentences.ShouldBe(again);
        fake.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task WhatFailsWithAListener_EndsTheTurn_AndIsNoFaultOfTheModel()
    {
        await using var fake = await FakeProvider.StartAsync(ModelFactory.OpenAI, Reply.Call("search_policies", ("query", "refund window")), Reply.Say(First + Second));
        await using var copilot = await LumenCopilot.StartAsync(ModelFactory.Create(fake.Options(), ProviderTestRules.Book));

        await Should.ThrowAsync<TimeZoneNotFoundException>(() => copilot.RunAsync(
            copilot.Request("What does the policy say about refunds?"), e => e is TurnEvent.Sentence ? throw new TimeZoneNotFoundException() : ValueTask.CompletedTask));

        fake.Requests.Count.ShouldBe(2);
    }

    private ValueTask HearAsync(TurnEvent e)
    {
        if (e is TurnEvent.Sentence sentence)
        {
            _sentences.Add(sentence.Text);
            _heard.TrySetResult();
        }

        return ValueTask.CompletedTask;
    }
}
