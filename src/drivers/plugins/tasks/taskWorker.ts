import { answerCalls } from "../../../libcom/workerCalls.js";
import { performTask, type TaskCall, type TaskName, type TaskResult } from "./taskTable.js";

answerCalls<TaskCall, TaskResult<TaskName>>(({ name, request }) => performTask(name, request));
