using System.Security.Cryptography;
using BillingCopilot.Governance.People;
using Microsoft.AspNetCore.Components;

namespace BillingCopilot.Bot.WebConsole.Chat;

public sealed partial class ChatPane
{
    private readonly List<ChatTurn> _turns = [];
    private string _conversation = NewConversationId();
    private string _text = "";
    private CancellationTokenSource? _running;

    [Parameter]
    [EditorRequired]
    public required Person Person { get; set; }

    [Parameter]
    public EventCallback<string> OnShowProposal { get; set; }

    private bool Running => _running is not null;

    public void Dispose()
    {
        _running?.Cancel();
        _running?.Dispose();
    }

    // Unguessable, since whoever knows it could ask to go on with the conversation.
    private static string NewConversationId() => "console-" + RandomNumberGenerator.GetHexString(20, lowercase: true);

    private Task SendAsync() => AskAsync(_text);

    private async Task AskAsync(string question)
    {
        if (Running || string.IsNullOrWhiteSpace(question))
        {
            return;
        }

        var turn = new ChatTurn(question.Trim());
        _turns.Add(turn);
        _text = "";
        _running = new CancellationTokenSource();
        try
        {
            await WatchAsync(turn, _running.Token);
        }
        finally
        {
            _running?.Dispose();
            _running = null;
        }
    }

    private async Task WatchAsync(ChatTurn turn, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var happened in Backend.SendAsync(Person.Id, _conversation, turn.Question, cancellationToken))
            {
                turn.Apply(happened);
                StateHasChanged();
            }

            turn.Break("The answer ended early. Ask again; anything that was proposed is in the list.");
        }
        catch (OperationCanceledException)
        {
            turn.Break("Stopped. Anything that was proposed before is in the list.");
        }
#pragma warning disable CA1031 // Whatever went wrong, the person must learn that no answer comes.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(Log, fault, _conversation);
            turn.Break("The answer did not arrive. Nothing was changed without an approval. Ask again; the server's log says what happened.");
        }
    }

    private void Stop() => _running?.Cancel();

    private void StartOver()
    {
        _turns.Clear();
        _conversation = NewConversationId();
    }

    [LoggerMessage(6001, LogLevel.Error, "A turn of conversation {Conversation} broke off")]
    private static partial void LogFault(ILogger logger, Exception fault, string conversation);
}
